"""A command with the portal's environment is given it as systemd would."""

import getpass
import os
import subprocess
from pathlib import Path

from tests.services import ROOT

ENVIRONMENT = """# a comment
EMAIL_FROM=Hearth & Hand <bookings@example.org>
PORTAL_SITE_NAME="Hearth & Hand"
EMAIL_URL=smtp://user:pass=word@host:587?tls=1
not a line; touch {mark}
NAME_ALONE
lower=case
PADDED=c2VjcmV0=
EMPTY=
LAST=not ended"""


def test_values_are_taken_as_they_stand_and_nothing_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    file = tmp_path / "environment"
    file.write_text(ENVIRONMENT.format(mark=mark))
    done = subprocess.run(
        ["bash", "ops/deploy/as-portal.sh", "env"], cwd=ROOT, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "PORTAL_ENVIRONMENT": str(file), "PORTAL_ACCOUNT": getpass.getuser()},
    )  # fmt: skip
    given = dict(line.split("=", 1) for line in done.stdout.splitlines())
    names = ("EMAIL_FROM", "PORTAL_SITE_NAME", "EMAIL_URL", "NAME_ALONE", "lower", "PADDED", "EMPTY", "LAST")
    assert {name: given.get(name) for name in names} == {
        "EMAIL_FROM": "Hearth & Hand <bookings@example.org>",
        "PORTAL_SITE_NAME": "Hearth & Hand",
        "EMAIL_URL": "smtp://user:pass=word@host:587?tls=1",
        "NAME_ALONE": None,
        "lower": None,
        "PADDED": "c2VjcmV0=",
        "EMPTY": "",
        "LAST": "not ended",
    }
    assert not mark.exists()
    assert given["PWD"] == str(ROOT)
