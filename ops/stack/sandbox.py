"""Controls of a running Stripe sandbox."""

from typing import Any

import httpx

SECRET_KEY = "sk_test_" + "demo" * 6


class SandboxControl:
    """What a run tells the sandbox at `url` to do, and asks it about."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._key = {"Authorization": f"Bearer {SECRET_KEY}"}

    def faults(self, **faults: Any) -> None:
        """Have it misbehave: `webhooks={...}`, `api={...}`, `seed=n`; it keeps what is not named."""
        self.control("faults", **faults)

    def calm(self) -> None:
        """End every fault; nothing is forgotten."""
        self.control("reset", faults_only=True)

    def release(self) -> None:
        """Deliver what was held back."""
        self.faults(webhooks={"paused": False})
        self.control("release")

    def control(self, path: str, **body: Any) -> Any:
        """POST one control."""
        return httpx.post(f"{self.url}/_control/{path}", json=body, timeout=30).raise_for_status().json()

    def asked(self, path: str, **params: Any) -> Any:
        """GET one control's figures."""
        return httpx.get(f"{self.url}/_control/{path}", params=params, timeout=30).raise_for_status().json()

    def post(self, path: str, **form: Any) -> httpx.Response:
        """One call of the API with the secret key, as a cardholder's browser or a clerk at Stripe would cause."""
        return httpx.post(f"{self.url}/v1/{path}", data=form, headers=self._key, timeout=30)

    def every(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every object of a list, page by page, newest first."""
        found: list[dict[str, Any]] = []
        while True:
            query = {"limit": 100, **params, **({"starting_after": found[-1]["id"]} if found else {})}
            reply = httpx.get(f"{self.url}/v1/{path}", params=query, headers=self._key, timeout=30)
            page = reply.raise_for_status().json()
            found += page["data"]
            if not page["has_more"]:
                return found
