"""Discord's own rate limits, as the headers of its responses tell them."""

from collections.abc import Mapping
from typing import NamedTuple

from aizuchi.limits import Budget
from aizuchi.pace import Bucket, taken

GLOBAL = Budget(burst=40, per_s=45.0)
"""Calls of the whole bot; Discord allows 50 a second. Those by an interaction's token are apart."""

MOST_KNOWN = 10_000
SOON_S = 2.0
"""How long to wait where Discord says no time itself."""


class Route(NamedTuple):
    """A call as Discord counts it: the method, the address without its ids, and the id that it is
    counted by: the channel, or the interaction."""

    method: str
    template: str
    major: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


class Buckets:
    """When which calls may leave. A bucket has a name of Discord's as soon as that was said."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._closed_until: dict[tuple[str, str], float] = {}
        self._all_until = 0.0
        self._all = Bucket(GLOBAL.burst, 0.0)

    def wait_s(self, route: Route, now: float, *, by_bot: bool) -> float:
        """How long a call has to wait; 0: it leaves, and is counted."""
        wait_s = self._closed_until.get(self._key(route), 0.0) - now
        if not by_bot or wait_s > 0:
            return max(0.0, wait_s)
        if self._all_until > now:
            return self._all_until - now
        self._all, wait_s = taken(self._all, GLOBAL, now, final=True)
        return wait_s

    def saw(self, route: Route, headers: Mapping[str, str], now: float) -> None:
        """Takes in what the headers of a response say."""
        if name := headers.get("x-ratelimit-bucket"):
            self._names[route.name] = name
        if headers.get("x-ratelimit-remaining") == "0":
            self._close(route, now + _seconds(headers.get("x-ratelimit-reset-after"), 0.0))

    def limited(self, route: Route, headers: Mapping[str, str], said: object, now: float) -> float:
        """Takes in a 429; how long nobody calls."""
        body = said if isinstance(said, dict) else {}
        wait_s = _seconds(body.get("retry_after"), _seconds(headers.get("retry-after"), SOON_S))
        is_global = body.get("global") is True or "x-ratelimit-global" in headers
        if is_global or headers.get("x-ratelimit-scope") == "global":
            self._all_until = max(self._all_until, now + wait_s)
        self._close(route, now + wait_s)
        return wait_s

    def _key(self, route: Route) -> tuple[str, str]:
        return self._names.get(route.name, route.name), route.major

    def _close(self, route: Route, until: float) -> None:
        self._closed_until[self._key(route)] = until
        if len(self._closed_until) > MOST_KNOWN:
            latest = sorted(self._closed_until.items(), key=lambda each: each[1])
            self._closed_until = dict(latest[MOST_KNOWN // 2 :])


def _seconds(value: object, otherwise: float) -> float:
    try:
        return max(0.0, float(str(value)))
    except ValueError:
        return otherwise
