"""How AWS says no: a code, a sentence, and whatever else the error carries."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """A call that the service refuses. `code` is what a client sees as the error's name."""

    def __init__(self, code: str, message: str, status: int = 400, **more: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status
        self.more: Mapping[str, Any] = more


def invalid(message: str) -> Refused:
    """What DynamoDB and SSM say of a call that makes no sense."""
    return Refused("ValidationException", message)


def not_simulated(what: str) -> Refused:
    """AWS may have it; this fake has not, and says so rather than pretend."""
    return Refused("NotSimulated", f"the fake AWS has no {what}", 501)
