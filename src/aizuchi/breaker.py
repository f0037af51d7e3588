"""Whether an endpoint is asked: a circuit breaker, decided by its calls and the time alone."""

from typing import Literal, NamedTuple

IN_A_ROW = 3
REST_S = 30.0
LONGEST_REST_S = 300.0

State = Literal["closed", "open", "half_open"]


class Breaker(NamedTuple):
    """What the calls of an endpoint have shown. Closed, it is asked; open, it rests; half open, one
    call tries it, and each trial that fails makes it rest twice as long. `failures` are those in a
    row; times are seconds of a clock that never goes back."""

    failures: int = 0
    rest_s: float = 0.0
    until: float = 0.0
    is_tried: bool = False

    def state(self, now: float) -> State:
        if not self.rest_s:
            return "closed"
        return "half_open" if now >= self.until and not self.is_tried else "open"

    def tried(self) -> "Breaker":
        """One call is its trial: nobody else tries it meanwhile."""
        return self._replace(is_tried=True)

    def left(self) -> "Breaker":
        """The trial ended without showing anything, so the next call is one."""
        return self._replace(is_tried=False)

    def answered(self) -> "Breaker":
        return Breaker()

    def failed(self, now: float, *, is_trial: bool, wait_s: float = 0.0) -> "Breaker":
        """After a call that failed; `wait_s` is how long the endpoint wants to be left alone, 0
        where it does not say so. One that began before it opened changes nothing."""
        if self.rest_s and not is_trial:
            return self
        failures = self.failures + 1
        if failures < IN_A_ROW and not wait_s:
            return self._replace(failures=failures)
        rest_s = min(wait_s or 2 * self.rest_s or REST_S, LONGEST_REST_S)
        return Breaker(failures, rest_s, now + rest_s)
