"""Tables of the generated documents."""

from collections.abc import Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Heading, rule and rows, without a newline at the end."""
    lines = (f"| {' | '.join(map(str, row))} |" for row in rows)
    return "\n".join([f"| {' | '.join(columns)} |", "|---" * len(columns) + "|", *lines])
