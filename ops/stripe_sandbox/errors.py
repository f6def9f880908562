"""Stripe's errors: one exception, and a constructor for each kind the sandbox answers with."""

from typing import Any

Object = dict[str, Any]


class StripeError(Exception):
    """An answer in Stripe's error shape: HTTP status, `error` body and response headers."""

    def __init__(self, status: int, error: Object, headers: dict[str, str] | None = None) -> None:
        super().__init__(error.get("message"))
        self.status = status
        self.error = error
        self.headers = headers or {}


def _error(status: int, kind: str, message: str, **fields: Any) -> StripeError:
    error = {key: value for key, value in fields.items() if value is not None}
    if code := error.get("code"):
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    return StripeError(status, error | {"message": message, "type": kind})


def invalid_request(
    message: str, *, code: str | None = None, param: str | None = None, status: int = 400, **extra: Any
) -> StripeError:
    return _error(status, "invalid_request_error", message, code=code, param=param, **extra)


def card_error(message: str, *, code: str, **extra: Any) -> StripeError:
    return _error(402, "card_error", message, code=code, **extra)


def api_error(status: int) -> StripeError:
    message = (
        "Sorry! There was an error while talking to one of our backends. "
        "Please contact support@stripe.com if this problem persists."
    )
    # A 500 began executing, so Stripe's clients are told that repeating the key replays it.
    headers = {"Stripe-Should-Retry": "false"} if status == 500 else {}
    return StripeError(status, {"message": message, "type": "api_error"}, headers)


def not_found(noun: str, given: str, param: str) -> StripeError:
    """The object the address names does not exist."""
    return invalid_request(f"No such {noun}: '{given}'", code="resource_missing", param=param, status=404)


def no_such(noun: str, given: str, param: str) -> StripeError:
    """An object that a parameter refers to does not exist."""
    return invalid_request(f"No such {noun}: '{given}'", code="resource_missing", param=param)


def unsupported(what: str, param: str | None = None) -> StripeError:
    return invalid_request(f"The Stripe sandbox does not model {what}.", code="sandbox_unsupported", param=param)


def unrecognized_url(method: str, path: str) -> StripeError:
    return invalid_request(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs "
        "or we can help at https://support.stripe.com/.",
        status=404,
    )


def unauthorized(message: str, code: str | None = None) -> StripeError:
    return invalid_request(message, code=code, status=401)


def idempotency_mismatch(message: str) -> StripeError:
    return _error(400, "idempotency_error", message)


def idempotency_in_use(key: str) -> StripeError:
    message = (
        f"There is currently another in-progress request using this Idempotent Key ({key}). Please try again later."
    )
    return _error(409, "idempotency_error", message, code="idempotency_key_in_use")


def lock_timeout() -> StripeError:
    message = (
        "This object cannot be accessed right now because another API request or Stripe process "
        "is currently accessing it. If you see this error intermittently, retry the request."
    )
    failure = invalid_request(message, code="lock_timeout", status=429)
    failure.headers["Stripe-Should-Retry"] = "true"
    return failure


def rate_limited() -> StripeError:
    message = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."
    failure = invalid_request(message, code="rate_limit", status=429)
    failure.headers["Stripe-Rate-Limited-Reason"] = "global-rate"
    return failure
