"""What every `/v1/` request goes through: faults, key, parameters, idempotency, work, answer."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from . import API_VERSION
from .auth import is_publishable, read_key
from .errors import Object, StripeError, api_error, invalid_request, lock_timeout, no_such, rate_limited, unauthorized
from .expand import expand
from .idempotency import Replies, Reply
from .ids import new_id
from .objects import account, payment_intent
from .params import Hash, List, Param, Raw, Text, Uploaded, nest
from .sandbox import Cause, Sandbox
from .store import Window
from .transport import HungUp, drop_connection

HANG_SECONDS = 60
LOCK_WAIT = 2.0  # seconds a request waits for another one on the same object


@dataclass(frozen=True)
class Call:
    """One request as a handler sees it."""

    params: Object
    path: Mapping[str, str] = field(default_factory=dict)
    from_browser: bool = False
    origin: str = ""


@dataclass(frozen=True)
class Page:
    """A page of a list, by id."""

    kind: str
    url: str
    ids: list[str]
    has_more: bool


Handler = Callable[[Sandbox, Call], Object | Page]


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str  # `/v1/payment_intents/{id}`
    handle: Handler
    params: Mapping[str, Param] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    browser: Mapping[str, Param] | None = None  # parameters with a publishable key, if allowed
    refused: bool = False  # not modelled as a whole: says so whatever its parameters are

    def schema(self, *, from_browser: bool) -> Hash:
        fields: dict[str, Param] = {"expand": List(Text(), longest=20), "key": Text()}
        if not from_browser:
            return Hash(fields | dict(self.params), self.required)
        return Hash(fields | dict(self.browser or {}), ("client_secret",))


class Api:
    """Serves endpoints on one sandbox."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.replies = Replies(box.store)
        self._locks: dict[str, asyncio.Lock] = {}
        self._window = (0, 0)  # current second, requests served in it

    async def serve(self, request: Request, endpoint: Endpoint) -> Response:
        request_id = new_id("req")
        key = request.headers.get("idempotency-key") if endpoint.method == "POST" else None
        try:
            reply = await self._answer(request, endpoint, request_id, key)
        except StripeError as failure:
            reply = Reply(failure.status, error_body(failure, request_id), failure.headers)
        except HungUp:
            return drop_connection(request)
        faults = self.box.faults
        if request.method == "POST" and faults.takes("lose_reply_next", request.url.path):
            return drop_connection(request)
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION} | reply.headers
        if key:
            headers["Idempotency-Key"] = key
        return Response(reply.body, reply.status, headers, media_type="application/json")

    async def _answer(self, request: Request, endpoint: Endpoint, request_id: str, key: str | None) -> Reply:
        pairs = await _pairs(request)
        fault = await self._misbehave(request)
        api_key = read_key(request.headers, next((v for k, v in pairs if k == "key"), None))
        _check_headers(request)
        from_browser = is_publishable(api_key)
        if from_browser and endpoint.browser is None:
            raise unauthorized(
                "This API call cannot be made with a publishable API key. Please use a secret API "
                "key. You can find a list of your API keys at "
                "https://dashboard.stripe.com/account/apikeys.",
                code="secret_key_required",
            )
        schema = endpoint.schema(from_browser=from_browser)
        params = {} if endpoint.refused else schema.read(nest(pairs))
        paths = params.pop("expand", [])
        params.pop("key", None)
        call = Call(params, request.path_params, from_browser, str(request.base_url).rstrip("/"))
        fingerprint = json.dumps([request.url.path, params, paths], sort_keys=True)
        if replay := self.replies.begin(key, fingerprint):
            return replay
        try:
            async with self._exclusive(request, endpoint):
                await asyncio.sleep(self.box.faults.api.latency_ms / 1000)
                reply = self._work(endpoint, call, paths, Cause(request_id, key), fault)
            self.replies.save(key, fingerprint, reply, request_id)
            return reply
        finally:
            self.replies.end(key)

    def _work(self, endpoint: Endpoint, call: Call, paths: list[str], cause: Cause, fault: StripeError | None) -> Reply:
        try:
            if fault is not None:
                raise fault
            with self.box.caused_by(cause):
                result = endpoint.handle(self.box, call)
            return Reply(200, self._render(result, paths, call), {})
        except StripeError as failure:
            body = error_body(failure, str(cause.id), from_browser=call.from_browser)
            return Reply(failure.status, body, failure.headers)

    def _render(self, result: Object | Page, paths: list[str], call: Call) -> str:
        store = self.box.store
        if isinstance(result, Page):
            if not paths:
                return _joined(result, [store[result.kind].text(one) for one in result.ids])
            result = {
                "object": "list",
                "data": [store.get(result.kind, one) for one in result.ids],
                "has_more": result.has_more,
                "url": result.url,
            }
        if call.from_browser and result.get("object") == "payment_intent":
            result = payment_intent.client_view(result)
        expand(store, result, paths)
        return json.dumps(result, separators=(",", ":"))

    async def _misbehave(self, request: Request) -> StripeError | None:
        """Hangs or refuses here; a 500 is returned, because Stripe's begin executing and so are
        kept with the idempotency key."""
        faults, path = self.box.faults, request.url.path
        if self._over_limit(faults.api.rate_limit_per_s):
            raise rate_limited()
        if faults.takes("hang_next", path):
            await asyncio.sleep(HANG_SECONDS)
            raise HungUp
        if faults.takes("fail_next", path):
            status = faults.api.status
            failure = rate_limited() if status == 429 else api_error(status)
            if status == 500:
                return failure
            raise failure
        return None

    def _over_limit(self, limit: int) -> bool:
        if limit <= 0:
            return False
        second = int(time.monotonic())
        served = self._window[1] if self._window[0] == second else 0
        self._window = (second, min(served + 1, limit))
        return served >= limit

    def _exclusive(self, request: Request, endpoint: Endpoint) -> AbstractAsyncContextManager[None]:
        """Stripe lets one request at a time change an object."""
        object_id = request.path_params.get("id")
        if endpoint.method != "POST" or object_id is None:
            return nullcontext()
        return _Turn(self._locks, object_id)


class _Turn(AbstractAsyncContextManager[None]):
    """Waits for the object; raises `lock_timeout` when another request keeps it too long."""

    def __init__(self, locks: dict[str, asyncio.Lock], object_id: str) -> None:
        self._locks, self._id = locks, object_id
        self._lock = locks.setdefault(object_id, asyncio.Lock())

    async def __aenter__(self) -> None:
        try:
            await asyncio.wait_for(self._lock.acquire(), LOCK_WAIT)
        except TimeoutError:
            raise lock_timeout() from None

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
        if not self._lock.locked():
            self._locks.pop(self._id, None)


def error_body(failure: StripeError, request_id: str, *, from_browser: bool = False) -> str:
    error = dict(failure.error)
    if from_browser and "payment_intent" in error:
        error["payment_intent"] = payment_intent.client_view(error["payment_intent"])
    error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
    return json.dumps({"error": error}, separators=(",", ":"))


def list_page(
    box: Sandbox,
    call: Call,
    kind: str,
    *,
    equal: tuple[str, str] | None = None,
    accept: Callable[[Object], bool] | None = None,
    url: str | None = None,
) -> Page:
    """The page a list endpoint was asked for, newest first."""
    params = call.params
    first, last = params.get("created", (None, None))
    for name in ("starting_after", "ending_before"):
        if (cursor := params.get(name)) and cursor not in box.store[kind]:
            raise no_such(kind, cursor, name)
    window = Window(params.get("limit", 10), first, last, params.get("starting_after"), params.get("ending_before"))
    ids, has_more = box.store[kind].page(window, equal, accept)
    return Page(kind, url or f"/v1/{kind}s", ids, has_more)


def _joined(page: Page, texts: list[str]) -> str:
    more = "true" if page.has_more else "false"
    return f'{{"object":"list","url":{json.dumps(page.url)},"has_more":{more},"data":[{",".join(texts)}]}}'


def _check_headers(request: Request) -> None:
    version = request.headers.get("stripe-version", API_VERSION)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?", version):
        raise invalid_request(f"Invalid Stripe API version: {version}")
    account_id = request.headers.get("stripe-account", account.ACCOUNT_ID)
    if account_id != account.ACCOUNT_ID:
        raise invalid_request(
            f"The provided key does not have access to account '{account_id}' (or that account "
            "does not exist). Application access may have been revoked.",
            code="account_invalid",
            status=403,
        )


async def _pairs(request: Request) -> list[tuple[str, Raw]]:
    pairs: list[tuple[str, Raw]] = list(request.query_params.multi_items())
    if request.method in {"POST", "DELETE"}:
        async with request.form() as form:
            for key, value in form.multi_items():
                if isinstance(value, UploadFile):
                    pairs.append((key, Uploaded(value.filename or "", await value.read())))
                else:
                    pairs.append((key, value))
    return pairs
