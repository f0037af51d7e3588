"""How many second calls there may be, so that an endpoint in trouble is not asked to death."""

from collections import deque

WINDOW_S = 60.0
SHARE = 0.1
ALWAYS = 3


class RetryBudget:
    """Second calls of the last minute: at most a tenth of the first ones, or a few where those are
    fewer. Times are seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._calls: deque[float] = deque()
        self._retries: deque[float] = deque()

    def called(self, now: float) -> None:
        """Counts a first call."""
        self._calls.append(now)
        _forget(self._calls, now)

    def take(self, now: float) -> bool:
        """Whether there may be a second call now; if so, it is counted."""
        _forget(self._calls, now)
        _forget(self._retries, now)
        if len(self._retries) >= max(ALWAYS, int(SHARE * len(self._calls))):
            return False
        self._retries.append(now)
        return True


def _forget(times: deque[float], now: float) -> None:
    while times and times[0] <= now - WINDOW_S:
        times.popleft()
