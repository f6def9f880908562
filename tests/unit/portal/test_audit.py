"""The audit trail tells when it was tampered with."""

from pathlib import Path

import pytest
from pytest_django import Settings

from portal.audit.actor import Actor, Source, SystemActor
from portal.audit.domain import record
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
        record("test.done", user, by=Actor.system(SystemActor.SEED), source=Source.SCHEDULE, data={"n": number})
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


def test_rows_cannot_be_changed_through_the_orm() -> None:
    row = AuditEvent.objects.first()
    assert row is not None
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()
