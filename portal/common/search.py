"""What somebody typed into a search box, and names that are forgiven a slip.

Whoever answers the phone types what the caller says: a name or the beginning of one, a number in any form, the
reference on an email, an amount. `Term` says once which of these it may be; each app looks its own tables up by index.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, wraps
from typing import Any, Final, TypeVar

import phonenumbers
from django.conf import settings
from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Upper

MOST_FAMILIES: Final = 200  # what a name may stand for; more than these are narrowed by typing more
SIMILAR: Final = "0.35"  # share of a word's trigrams: "Ocafor" (0.43) is Okafor, "Okonkwo" (0.25) is not
MOST_ROWS: Final = 5000  # of what belongs to those families
LONGEST: Final = 100
FEWEST_DIGITS: Final = 4  # fewer are part of nearly every number
_REFERENCE: Final = re.compile(r"[0-9A-Z]{4}(-?[0-9A-Z]{1,4}){0,2}-?")
_STRIPE: Final = re.compile(r"(pi|ch|py|re|pyr|po|cus|dp|du|evt)_\w+")
_AMOUNT: Final = re.compile(r"[£$€]?\s?(\d{1,3}(,\d{3})+|\d{1,9})([.,]\d{1,3})?")
_PHONE: Final = re.compile(r"(?=(?:\D*\d){5})[+(]?[\d\s().\-/]+")
_MISREAD: Final = str.maketrans("OIL", "011")


Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Term:
    """`text` as it was typed, without what is too much of it."""

    text: str

    @classmethod
    def of(cls, typed: str) -> "Term":
        """What was typed, in one line without control characters."""
        return cls(" ".join("".join(c if c.isprintable() else " " for c in typed).split())[:LONGEST])

    @cached_property
    def reference(self) -> str:
        """A booking reference or its first groups, as stored; empty for anything else. Needs a digit or a dash."""
        text = self.text.upper()
        if not _REFERENCE.fullmatch(text) or not ("-" in text or any(c.isdigit() for c in text)):
            return ""
        symbols = text.replace("-", "").translate(_MISREAD)
        return "-".join(symbols[start : start + 4] for start in range(0, len(symbols), 4))

    @cached_property
    def stripe_id(self) -> str:
        """An id of Stripe's: pi_…, ch_…, re_…, po_…, cus_…, dp_…, evt_…"""
        return self.text if _STRIPE.fullmatch(self.text) else ""

    @cached_property
    def email(self) -> str:
        """A whole address."""
        name, at, domain = self.text.rpartition("@")
        return self.text.lower() if at and name and "." in domain and " " not in self.text else ""

    @cached_property
    def amount(self) -> Decimal | None:
        """In major units: £129.50, 129,50, 1,250, 45."""
        match = _AMOUNT.fullmatch(self.text)
        if match is None or self.phone_digits:
            return None
        return Decimal(match[1].replace(",", "") + (match[3] or "").replace(",", "."))

    @cached_property
    def phone_digits(self) -> str:
        """The digits of a phone number, or of part of one, as the end of what is stored: without 0 and country code."""
        if not _PHONE.fullmatch(self.text) or re.fullmatch(r"[1-9]\d*[.,]\d\d", self.text):
            return ""
        try:
            digits = str(phonenumbers.parse(self.text, settings.PHONENUMBER_DEFAULT_REGION).national_number)
        except phonenumbers.NumberParseException:
            digits = re.sub(r"\D", "", self.text).lstrip("0")
        return digits if len(digits) >= FEWEST_DIGITS else ""

    @cached_property
    def words(self) -> list[str]:
        """Words of a name; the first few. None of a single letter alone."""
        found = self.text.split(" ")[:4]
        return found if len(self.text) > 1 and any(c.isalpha() for c in self.text) and not self.stripe_id else []

    @cached_property
    def answers(self) -> dict[Any, Any]:
        """What has been found for it already: see `once`."""
        return {}

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Found:
    """Keys in the order in which to show them; `more` when there were too many to tell."""

    keys: list[int]
    more: bool = False


def once(search: Callable[[Term, Any], Answer]) -> Callable[[Term, Any], Answer]:
    """`search(term, by)` that asks once for a term: emails, payments and bookings all begin with the same families."""

    @wraps(search)
    def asked_once(term: Term, by: Any) -> Answer:
        question = (search, by.pk)
        if question not in term.answers:
            term.answers[question] = search(term, by)
        answer: Answer = term.answers[question]
        return answer

    return asked_once


Keys = dict[str, list[int]]  # by record type: "bookings.booking"
Subjects = Callable[[Term, Any], Keys]
_subjects: Final[list[Subjects]] = []


def also_find(subjects: Subjects) -> None:
    """Let emails and the audit trail be found by `subjects(term, by)`: called by the apps above when ready."""
    _subjects.append(subjects)


def subjects_of(term: Term, by: Any) -> Keys:
    """Records that a term stands for, as far as `by` may see them."""
    found: Keys = {}
    for subjects in _subjects:
        found.update(subjects(term, by))
    return found


def first_found(*searches: QuerySet[Any], key: str, order: Sequence[Any], limit: int) -> Found:
    """The distinct `key`s of `searches`, the first search's first, each in its `order`, up to `limit`.

    Of what fits too often only some thousand rows are put in order: nobody reads more, and all of them take seconds.
    """
    keys: dict[int, None] = {}
    with _by_index():
        for rows in searches:
            pool = list(rows.order_by().values_list("pk", flat=True)[: 4 * limit])
            ordered = rows.model._default_manager.filter(pk__in=pool).order_by(*order)
            keys.update(dict.fromkeys(ordered.values_list(key, flat=True)[: limit + 1]))
            if len(keys) > limit:
                break
    return Found(list(keys)[:limit], len(keys) > limit)


def keys_of(rows: QuerySet[Any], *, newest: bool = False) -> list[int]:
    """Keys of the first of `rows`, looked up by index, in no order unless the `newest` are wanted.

    A list that puts what was found in order by date would otherwise be read from its end until enough of them have
    come, which for a family without a booking is to the beginning.
    """
    if newest:
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_ROWS])
    with _by_index():
        return list(rows.order_by().values_list("pk", flat=True)[:MOST_ROWS])


@contextmanager
def _by_index() -> Iterator[None]:
    """By bitmaps of what the condition names, whatever the statistics promise.

    Reading a table, or an index from its end, until enough rows fit takes seconds when nobody has the name.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true),"
            " set_config(%s, %s, true)",
            ["pg_trgm.word_similarity_threshold", SIMILAR],
        )
        yield
        cursor.execute("SELECT set_config('enable_seqscan', 'on', true), set_config('enable_indexscan', 'on', true)")


def beginning(words: Iterable[str], fields: Iterable[str]) -> Q:
    """Each word begins one of `fields`, or a word within it."""
    return _each(words, fields, ("istartswith", ""), ("icontains", " "), ("icontains", "-"))


def containing(words: Iterable[str], fields: Iterable[str]) -> Q:
    """Each word is part of one of `fields`; two letters are part of too much, and have to begin it."""
    whole = Q()
    for word in words:
        whole &= _each([word], fields, ("icontains" if len(word) > 2 else "istartswith", ""))
    return whole


def _each(words: Iterable[str], fields: Iterable[str], *ways: tuple[str, str]) -> Q:
    whole = Q()
    for word in words:
        whole &= Q.create(
            [(f"{field}__{way}", before + word) for field in fields for way, before in ways], connector=Q.OR
        )
    return whole


def sounds_like(rows: QuerySet[Any], words: Iterable[str], fields: Sequence[str], *, key: str, limit: int) -> Found:
    """Those with a word like each of `words` in one of `fields`, the most alike first.

    Short words and codes are left out. Nothing on SQLite, which knows no trigrams.
    """
    wanted = [word.upper() for word in words if len(word) > 3 and not any(c.isdigit() for c in word)]
    if connection.vendor != "postgresql" or not wanted:
        return Found([])
    near = Q()
    for word in wanted:
        near &= Q.create([Q(TrigramWordSimilar(Upper(field), Value(word))) for field in fields], connector=Q.OR)
    best = TrigramWordSimilarity(" ".join(wanted), Upper(Concat(Value(" "), *fields, output_field=TextField())))
    return first_found(rows.filter(near), key=key, order=(best.desc(), "pk"), limit=limit)
