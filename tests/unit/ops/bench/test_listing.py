"""The benchmark's listing has the columns that reconciliation stages."""

from collections.abc import Iterator
from typing import Any

import pytest

from ops.bench.listing import disputes, intents, refunds
from payments.models import Staged, StagedDispute, StagedIntent, StagedRefund

COUNT = 2_000


@pytest.mark.parametrize(
    ("model", "rows"),
    [(StagedIntent, intents(COUNT)), (StagedRefund, refunds(COUNT)), (StagedDispute, disputes(COUNT))],
)
def test_each_row_has_a_value_for_each_staged_column(model: type[Staged], rows: Iterator[tuple[Any, ...]]) -> None:
    assert {len(row) for row in rows} == {len(model.LISTED)}
