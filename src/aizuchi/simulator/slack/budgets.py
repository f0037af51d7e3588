"""How often the app may call, per workspace and method, and per channel for posts."""

import math
from collections import defaultdict, deque

from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.methods import PER_MINUTE, Method
from aizuchi.simulator.slack.points import Points
from aizuchi.simulator.slack.refusals import RateLimited

MINUTE_S = 60.0
Key = tuple[str, str]


class Budgets:
    """Counts the calls of any last minute; a refused call does not count."""

    def __init__(self, points: Points) -> None:
        self._points = points
        self._recent: dict[Key, deque[float]] = defaultdict(deque)

    def spend(self, call: Call, method: Method) -> None:
        """Raises RateLimited where the call is one too many."""
        if method.budget == "free":
            return
        bounds = self._bounds(call, method)
        wait_s = max(self._wait_s(key, call.at, most, span_s) for key, most, span_s in bounds)
        if wait_s > 0:
            raise RateLimited(max(1, math.ceil(wait_s)))
        for key, _, _ in bounds:
            self._recent[key].append(call.at)

    def _bounds(self, call: Call, method: Method) -> list[tuple[Key, int, float]]:
        """What counts for a call: so many in so many seconds."""
        points, whole = self._points, (call.team.id, call.method)
        if method.budget == "posts":
            burst = points.post_burst
            channel = (call.team.id, f"{call.method}:{call.text('channel')}")
            return [(whole, points.posts_per_minute, MINUTE_S), (channel, burst, float(burst))]
        told = {"reads": points.reads_per_minute, "opens": points.opens_per_minute}
        return [(whole, (told | PER_MINUTE)[method.budget], MINUTE_S)]

    def _wait_s(self, key: Key, now: float, most: int, span_s: float) -> float:
        recent = self._recent[key]
        while recent and recent[0] <= now - span_s:
            recent.popleft()
        return recent[0] + span_s - now if len(recent) >= most else 0.0
