"""Real files, in a folder of the test's own."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """The folder that holds both stores."""
    stores = {
        alias: {
            "BACKEND": "portal.media_library.storage.LocalFiles",
            "OPTIONS": {"location": tmp_path / folder, "base_url": f"/media/{folder}/"},
        }
        for alias, folder in (("default", "public"), ("signed", "signed"))
    }
    settings.STORAGES = {**settings.STORAGES, **stores}
    return tmp_path
