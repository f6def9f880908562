"""The shape of an invariant and of what breaks it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be: `subject` is "payment 12", `sentence` says what is wrong."""

    invariant: str
    subject: str
    sentence: str


class Invariant(Protocol):
    """A rule with a name that metrics and reports use; `broken()` yields (subject, sentence)."""

    name: ClassVar[str]
    rule: ClassVar[str]

    def broken(self) -> Iterable[tuple[str, str]]: ...


def violations(invariants: Sequence[Invariant]) -> list[Violation]:
    """Everything that breaks `invariants`, in their order."""
    return [Violation(i.name, subject, sentence) for i in invariants for subject, sentence in i.broken()]
