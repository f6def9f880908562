"""A day's register: everybody who comes, with what they need, to print or to take away as a spreadsheet."""

from datetime import date
from io import BytesIO
from typing import Any, ClassVar, Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from portal.common.money import major
from portal.common.spreadsheets import cell_text
from portal.coordination.base import CoordinationView
from portal.coordination.day import day_in
from portal.coordination.queries import Register, register_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS: Final[tuple[tuple[str | Promise, int], ...]] = (
    (_("Service"), 24),
    (_("Starts"), 17),
    (_("Ends"), 17),
    (_("Person"), 24),
    (_("Care needs"), 40),
    (_("Getting in and around"), 28),
    (_("Notes for this session"), 32),
    (_("Emergency contact"), 28),
    (_("Caregiver"), 24),
    (_("Phone number"), 18),
    (_("Balance due"), 12),
    (_("Currency"), 9),
    (_("Status"), 16),
)


class RegisterView(CoordinationView):
    """`?day=2026-12-03`; today when it says nothing sensible. `&format=xlsx` is the same as a spreadsheet."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.change_booking",)
    template_name = "coordination/register.html"
    page_title = _("Register")

    def get(self, request: HttpRequest) -> HttpResponse:
        day = day_in(request.GET.get("day", ""))
        registers = register_of(day)
        if request.GET.get("format") == "xlsx":
            return _download(day, registers)
        people = sum(len(register.rows) for register in registers)
        return self.page(day=day, registers=registers, people=people)


def _download(day: date, registers: list[Register]) -> HttpResponse:
    response = HttpResponse(as_xlsx(registers), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="register-{day:%Y-%m-%d}.xlsx"'
    return response


def as_xlsx(registers: list[Register]) -> bytes:
    """One line a person; times are those of the service's own clocks."""
    book = Workbook()
    sheet = book.active
    sheet.append([str(heading) for heading, _width in HEADINGS])
    for register in registers:
        for line in _lines(register):
            sheet.append([cell_text(value) if isinstance(value, str) else value for value in line])
    for column, (_heading, width) in zip(sheet.columns, HEADINGS, strict=True):
        sheet.column_dimensions[column[0].column_letter].width = width
        for cell in column:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for cell in sheet["K"][1:]:
        cell.number_format = "0.00"
    sheet.freeze_panes = "A2"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _lines(register: Register) -> list[list[Any]]:
    session = register.session
    times = [moment.replace(tzinfo=None) for moment in (session.starts_local, session.ends_local)]
    return [
        [
            session.service.name,
            *times,
            row.person,
            row.care_notes,
            row.access_needs,
            row.notes,
            row.emergency,
            row.caregiver,
            row.phone,
            major(row.balance, row.booking.currency) if row.balance else None,
            row.booking.currency,
            row.status_label,
        ]
        for row in register.rows
    ]
