"""A window of time in parts that are listed side by side, each page by page."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import islice
from queue import Full, Queue
from threading import Event
from typing import Any, Final, TypeVar

from django.conf import settings

from portal.common.clock import from_epoch

SHORTEST: Final = timedelta(days=1)
MOST: Final = 16  # enough for the threads to share; each part costs a half empty page
PAGE: Final = 100
WAITING_PAGES: Final = 50
Item = TypeVar("Item")
Listing = Callable[[datetime, datetime], Iterator[Item]]
Window = tuple[datetime, datetime]
Pages = Queue[list[Any] | BaseException | None]  # a page, what went wrong, or the end of a part


def windows(since: datetime, until: datetime) -> list[Window]:
    """Parts that share no second: Stripe's `created` is in whole seconds, both ends included."""
    first, last = int(since.timestamp()), int(until.timestamp())
    count = max(1, min(MOST, (until - since) // SHORTEST))
    edges = [first + (last + 1 - first) * number // count for number in range(count + 1)]
    return [(from_epoch(edges[n]), from_epoch(edges[n + 1] - 1)) for n in range(count)]


def listed(listing: Listing[Item], since: datetime, until: datetime) -> Iterator[Item]:
    """Everything of the window, in no order. `listing` runs in threads and must not touch the database.

    Raises what `listing` raises. No more than WAITING_PAGES pages wait in memory.
    """
    parts = windows(since, until)
    if len(parts) == 1:
        yield from listing(*parts[0])
        return
    first = list(islice(listing(since, until), PAGE))
    if len(first) < PAGE:  # one call, not one for each part
        yield from first
        return
    pages: Queue[list[Item] | BaseException | None] = Queue(WAITING_PAGES)
    stopped = Event()
    with ThreadPoolExecutor(settings.RECONCILIATION_THREADS, thread_name_prefix="list") as pool:
        for part in parts:
            pool.submit(_list_part, listing, part, pages, stopped)
        try:
            yield from _until_all_are_done(pages, len(parts))
        finally:
            stopped.set()


def _until_all_are_done(pages: Pages, left: int) -> Iterator[Item]:
    while left:
        match pages.get():
            case None:
                left -= 1
            case BaseException() as error:
                raise error
            case page:
                yield from page


def _list_part(listing: Listing[Item], part: Window, pages: Pages, stopped: Event) -> None:
    try:
        if stopped.is_set():
            return
        items = listing(*part)
        while page := list(islice(items, PAGE)):
            if not _put(page, pages, stopped):
                return
        _put(None, pages, stopped)
    except BaseException as error:
        _put(error, pages, stopped)


def _put(what: list[Any] | BaseException | None, pages: Pages, stopped: Event) -> bool:
    while not stopped.is_set():
        try:
            pages.put(what, timeout=0.2)
        except Full:
            continue
        return True
    return False
