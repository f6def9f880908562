"""The audit trail tells when it was tampered with."""

import json
from pathlib import Path
from unittest.mock import Mock

import pytest
from pytest_django import Settings

from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.domain import record, seal
from portal.audit.domain.seal import seal_committed
from portal.audit.domain.verify import verify
from portal.audit.models import AppendOnlyError, AuditEvent
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _five_sealed_rows(tmp_path: Path, settings: Settings) -> None:
    settings.AUDIT_HEADS_FILE = tmp_path / "heads.jsonl"
    user = UserFactory()
    for number in range(5):
        record("test.done", user, cause=Cause(Actor.system(SystemActor.SEED), Source.SCHEDULE), data={"n": number})
    assert seal_committed() == 5


def test_an_untouched_trail_has_no_findings() -> None:
    result = verify()
    assert (result.rows, result.findings, result.oldest_unsealed) == (5, [], None)


def test_an_altered_row_is_found() -> None:
    AuditEvent.objects.filter(sequence=3).update(action="test.undone")
    assert ["row 3" in finding for finding in verify().findings] == [True]


def test_a_removed_row_is_found() -> None:
    AuditEvent.objects.filter(sequence=2).delete()
    assert "rows 2 to 2 of the chain are gone" in verify().findings


def test_an_inserted_row_is_found() -> None:
    forged = AuditEvent.objects.get(sequence=5)
    forged.pk, forged._state.adding, forged.sequence = None, True, 6
    forged.save()
    assert any("row 6" in finding for finding in verify().findings)


def test_a_cut_trail_is_found() -> None:
    AuditEvent.objects.filter(sequence__gt=3).delete()
    assert verify().findings == ["the chain ends at 3, but was exported up to 5: it was cut"]


def rekey(settings: Settings, new: str, *earlier: str) -> None:
    settings.AUDIT_HMAC_KEY, settings.AUDIT_HMAC_KEY_FALLBACKS = new, list(earlier)


def sealed_later() -> AuditEvent:
    row = record("test.done", UserFactory(), cause=Cause(Actor.system(SystemActor.SEED), Source.SCHEDULE))
    seal_committed()
    row.refresh_from_db()
    return row


def test_what_an_earlier_key_sealed_is_verified_with_it(settings: Settings) -> None:
    old = settings.AUDIT_HMAC_KEY
    rekey(settings, "new", old)
    sealed_later()
    rekey(settings, "newest", "new", old)
    sealed_later()
    assert (verify().rows, verify().findings) == (7, [])


def test_an_earlier_key_that_is_not_listed_any_more_leaves_its_rows_unverified(settings: Settings) -> None:
    rekey(settings, "new")
    assert [f"row {n} (audit" in finding for n, finding in enumerate(verify().findings, 1)] == [True] * 5


def test_an_earlier_key_seals_nothing_after_a_later_one_did(settings: Settings) -> None:
    """Somebody who found the replaced key appends a row, sealed with it."""
    old = settings.AUDIT_HMAC_KEY
    rekey(settings, "new", old)
    sealed_later()
    rekey(settings, old)
    forged = sealed_later()
    rekey(settings, "new", old)
    assert verify().findings == [f"row 7 (audit event {forged.pk}) was altered or inserted"]


def done_with_pk(pk: int) -> None:
    """A row that took its number earlier or later than others that are committed already."""
    row = record("test.done", UserFactory(), cause=Cause(Actor.system(SystemActor.SEED), Source.SCHEDULE))
    AuditEvent.objects.filter(pk=row.pk).update(id=pk)


class Killed(RuntimeError):
    """The sealer died."""


def test_a_sealer_that_dies_while_it_exports_leaves_no_head_of_rows_that_are_sealed_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done_with_pk(9_000_002)
    with monkeypatch.context() as dying:
        dying.setattr(seal.os, "fsync", Mock(side_effect=Killed))  # type: ignore[attr-defined]
        with pytest.raises(Killed):
            seal_committed()
    done_with_pk(9_000_001)  # committed meanwhile; first, were both sealed now
    seal_committed()
    assert (verify().rows, verify().findings) == (7, [])


def test_a_head_that_a_crash_kept_from_the_file_is_exported_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    done_with_pk(9_000_001)
    with monkeypatch.context() as dying:
        dying.setattr(seal, "_export_head", Mock(side_effect=[None, Killed]))
        with pytest.raises(Killed):
            seal_committed()
    assert seal_committed() == 0
    assert [json.loads(line)["sequence"] for line in settings.AUDIT_HEADS_FILE.read_text().splitlines()] == [5, 6]
    assert verify().findings == []


def test_rows_cannot_be_changed_through_the_orm() -> None:
    row = AuditEvent.objects.first()
    assert row is not None
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()
