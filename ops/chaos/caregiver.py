"""One signed-in caregiver: books, pays, moves, cancels, as their visits say and for as long as the load lasts."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Final

from ops.chaos.browser import NoAnswer, Over, found_in
from ops.chaos.event_log import EventLog
from ops.chaos.scenario import SERVICE, Visit, visits
from ops.chaos.stripe_js import StripeJsClient
from ops.chaos.world import World

SECRET: Final = r'data-client-secret="([^"]+)"'
QUOTED: Final = r'name="quoted" value="([^"]+)"'
LEDGER_SAYS_WITHIN: Final = 2.0  # seconds; a person looks for a moment and goes on


class Caregiver:
    """Number `number` of the world's people."""

    def __init__(self, number: int, seed: int, world: World, log: EventLog, over: Event) -> None:
        self.name, self.log = f"caregiver {number}", log
        self._care_recipient: int = world.people.caregivers[number]["care_recipient"]
        self._sessions = world.people.sessions
        self._visits = visits(seed, number)
        self._browser = world.browser(world.people.caregivers[number]["email"], over)
        self._stripe_js = StripeJsClient(world.stack.sandbox.url)
        self._references: list[str] = []

    def live(self) -> None:
        """Visit after visit, until the load is over."""
        try:
            for visit in self._visits:
                self._visit(visit)
        except Over:
            pass
        except Exception as error:
            self.log.broke(self.name, repr(error))

    def _visit(self, visit: Visit) -> None:
        reference = self._book(visit)
        if not reference:
            return
        if visit.extends:
            self._browser.post(f"/deposit/{reference}/extend/")
        paid = self._pay("deposit", reference, visit)
        self._browser.wait(visit.pause)
        if visit.then == "cancel":
            self._cancel(reference)
        elif visit.then == "balance" and paid:
            self._pay("balance", reference, visit)
        elif visit.then == "move" and paid:
            self._move(reference, visit)

    def _note(self, what: str, reference: str = "") -> None:
        self.log.write(self.name, what, **({"booking": reference} if reference else {}))

    def _book(self, visit: Visit) -> str:
        """The reference of the booking, new or held already; nothing without a place. Some send the form twice."""
        wanted = {"service": SERVICE, "session": self._sessions[visit.session]}
        form = {**wanted, "care_recipient": self._care_recipient, "notes": "", "token": visit.token}
        replies = [self._browser.post("/book/", **form) for _ in range(2 if visit.again else 1)]
        references = {found for reply in replies if (found := _reference(reply.headers.get("location", "")))}
        for reference in references:
            self._note("booked", reference)
            self.log.saw_booking(reference)
        if not references:
            self._note("found no place")
        return min(references, default="")

    def _pay(self, purpose: str, reference: str, visit: Visit) -> bool:
        """Try the visit's cards in turn; whether the ledger said in time that it is paid."""
        for card in visit.cards:
            if {"succeeded", "unknown"} & set(self._in_tabs(card, purpose, reference, visit)):
                return self._is_paid(purpose, reference, visit)
        return False

    def _in_tabs(self, card: str, purpose: str, reference: str, visit: Visit) -> list[str]:
        with ThreadPoolExecutor(visit.tabs) as tabs:
            tries = [tabs.submit(self._use, card, purpose, reference, visit) for _ in range(visit.tabs)]
            return [one.result() for one in tries]

    def _use(self, card: str, purpose: str, reference: str, visit: Visit) -> str:
        secret = found_in(self._browser.get(f"/{purpose}/{reference}/"), SECRET)
        outcome = self._confirmed(secret, card, visit) if secret else "not payable"
        self._note(f"{purpose} {outcome}", reference)
        return outcome

    def _confirmed(self, secret: str, card: str, visit: Visit) -> str:
        try:
            outcome = self._stripe_js.confirm(secret, card)
            if outcome == "requires_action":
                outcome = self._stripe_js.authenticate(secret, passes=visit.passes_3ds)
            if outcome == "processing":
                self._browser.wait(visit.pause)
                outcome = self._stripe_js.decide(secret, takes=visit.bank_takes)
        except NoAnswer:
            return "unknown"
        return outcome

    def _is_paid(self, purpose: str, reference: str, visit: Visit) -> bool:
        address = f"/{purpose}/{reference}/status.json" + ("?check=1" if visit.checks else "")

        def paid() -> bool:
            reply = self._browser.get(address)
            return reply.status_code == 200 and reply.json()["state"] == "paid"

        return self._browser.wait_until(paid, LEDGER_SAYS_WITHIN)

    def _cancel(self, reference: str) -> None:
        address = f"/bookings/{reference}/cancel/"
        reply = self._browser.post(address, quoted=found_in(self._browser.get(address), QUOTED))
        told = self._browser.get(reply.headers["location"]) if reply.is_redirect else reply
        if "Your booking has been cancelled" in told.text:
            self._note("cancelled", reference)
            self.log.saw_cancellation(reference)
        else:
            self._note("not cancelled now", reference)

    def _move(self, reference: str, visit: Visit) -> None:
        form = {"from_session": self._sessions[visit.session], "session": self._sessions[visit.other_session]}
        reply = self._browser.post(f"/bookings/{reference}/move/", **form)
        self._note("moved" if reply.is_redirect else "not moved", reference)


def _reference(location: str) -> str:
    """Of `/deposit/<reference>/`."""
    return location.removeprefix("/deposit/").rstrip("/") if location.startswith("/deposit/") else ""
