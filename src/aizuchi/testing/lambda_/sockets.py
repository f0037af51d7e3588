"""A function behind a WebSocket API."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aizuchi.testing.lambda_.functions import Function

Event = Mapping[str, Any]


def integration_of(function: Function) -> Callable[[Event], Awaitable[Event | None]]:
    """The function as the API calls it, with an event; None where it failed."""

    async def invoke(event: Event) -> Event | None:
        outcome = await function.invoke(json.dumps(event).encode())
        reply = outcome.json() if outcome.is_good else None
        return reply if isinstance(reply, Mapping) else None

    return invoke
