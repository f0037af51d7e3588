"""How the Web API says no."""

from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """An answer with `ok: false`; `fields` stand beside the error."""

    def __init__(self, error: str, *, messages: Sequence[str] = (), **fields: Any) -> None:
        super().__init__(error)
        self.error = error
        noted = {"response_metadata": {"messages": list(messages)}} if messages else {}
        self.body: dict[str, Any] = {"ok": False, "error": error, **fields, **noted}


class RateLimited(Exception):
    """Too many calls; `retry_after_s` is in whole seconds, as Slack gives it."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


def invalid(*messages: str) -> Refused:
    """The arguments do not fit the method."""
    return Refused("invalid_arguments", messages=[f"[ERROR] {message}" for message in messages])
