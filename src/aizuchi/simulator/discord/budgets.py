"""How often the app may call: buckets of routes, the bot's whole, and calls that count as bad."""

import hashlib
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from aizuchi.simulator.discord.points import Points
from aizuchi.simulator.discord.refusals import RateLimited
from aizuchi.simulator.discord.routes import Bucket, Route, major

INVALID_STATUSES = (401, 403, 429)
INVALID_AT_MOST, INVALID_WITHIN_S = 10_000, 600.0


class Window(NamedTuple):
    """What is used of a bucket, and when it is full again."""

    used: int
    ends_at: float


class Budgets:
    """Counts calls in windows: so many from the first of them until it ends."""

    def __init__(self, points: Points) -> None:
        self._points = points
        self._windows: dict[tuple[str, str], Window] = {}
        self._whole: deque[float] = deque()
        self._invalid: deque[float] = deque()
        self._sizes: dict[Bucket, tuple[int, float]] = {
            "post": points.post_bucket,
            "edit": points.edit_bucket,
            "webhook": points.webhook_bucket,
            "read": points.read_bucket,
            "command": points.command_bucket,
        }

    def spend(self, route: Route, ids: Mapping[str, str], now: float) -> None:
        """Raises RateLimited where the call is one too many."""
        if not route.open:
            self._spend_whole(now)
        if not route.bucket:
            return
        most, span_s = self._sizes[route.bucket]
        key = (_shared(route), major(ids))
        window = self._window(key, now, span_s)
        if window.used >= most:
            raise RateLimited(window.ends_at - now)
        self._windows[key] = window._replace(used=window.used + 1)

    def headers(self, route: Route, ids: Mapping[str, str], now: float) -> dict[str, str]:
        """What is left of the bucket of a call."""
        if not route.bucket or not self._points.buckets_are_told:
            return {}
        most, span_s = self._sizes[route.bucket]
        window = self._window((_shared(route), major(ids)), now, span_s)
        return {
            "x-ratelimit-limit": str(most),
            "x-ratelimit-remaining": str(max(0, most - window.used)),
            "x-ratelimit-reset": f"{window.ends_at:.3f}",
            "x-ratelimit-reset-after": f"{max(0.0, window.ends_at - now):.3f}",
            "x-ratelimit-bucket": hashlib.md5(_shared(route).encode()).hexdigest(),
        }

    def note(self, status: int, now: float, *, is_shared: bool = False) -> None:
        """Counts a call that was answered so, if it was an invalid one."""
        if status in INVALID_STATUSES and not is_shared:
            self._invalid.append(now)

    def invalid(self, now: float) -> int:
        """How many invalid calls were made in the last ten minutes."""
        while self._invalid and self._invalid[0] <= now - INVALID_WITHIN_S:
            self._invalid.popleft()
        return len(self._invalid)

    def _spend_whole(self, now: float) -> None:
        while self._whole and self._whole[0] <= now - 1.0:
            self._whole.popleft()
        if len(self._whole) >= self._points.global_per_s:
            raise RateLimited(self._whole[0] + 1.0 - now, "global")
        self._whole.append(now)

    def _window(self, key: tuple[str, str], now: float, span_s: float) -> Window:
        window = self._windows.get(key)
        return window if window and now < window.ends_at else Window(0, now + span_s)


def _shared(route: Route) -> str:
    """What several routes count together: all calls with one token, else each route by itself."""
    return route.bucket if route.bucket == "webhook" else route.name
