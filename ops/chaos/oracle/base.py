"""What a check is, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ops.chaos.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Divergence:
    """`check` failed for `subject`; `sentence` says how."""

    check: str
    subject: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.sentence}"


Found = Iterable[tuple[str, str]]  # subject and sentence of each divergence
Check = Callable[[Evidence], Found]
