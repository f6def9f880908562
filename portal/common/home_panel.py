"""What waits for somebody, on the admin's home page: a heading, and a line for each thing with where to act on it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.admin.ui.components import Component

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST: Final = 100  # is counted


@dataclass(frozen=True, slots=True)
class Task:
    """Something that somebody has to see to."""

    text: str
    url: str


def counted(rows: QuerySet[Any]) -> int:
    """How many, up to one more than `MOST`: whoever reads it has enough to do."""
    return rows.order_by()[: MOST + 1].count()


def in_figures(count: int) -> str:
    """What `counted` says, to be read."""
    return f"{MOST}+" if count > MOST else str(count)


class TaskPanel(Component):
    """`key` names it in the page; `nothing` is said when there is nothing to do."""

    template_name = "portal/admin/task_panel.html"
    key: ClassVar[str]
    heading: "ClassVar[StrOrPromise]"
    nothing: "ClassVar[StrOrPromise]"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def tasks(self) -> list[Task]:
        """For subclasses: in the order of their urgency, a query or two each."""
        raise NotImplementedError

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"key": self.key, "heading": self.heading, "nothing": self.nothing, "tasks": self.tasks()}
