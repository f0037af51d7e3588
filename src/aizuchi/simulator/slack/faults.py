"""What a test orders to go wrong with calls of the Web API."""

from collections.abc import Callable
from typing import Literal, NamedTuple

Lost = Literal["", "call", "reply"]


class Fault(NamedTuple):
    """What goes wrong with a call; `delay_s` passes before the reply leaves.

    lost         the "call" never arrives, or it is done and its "reply" never comes
    error        the name of an error, with status 200
    status       an HTTP status instead, such as 503; with 429 comes Retry-After
    retry_after  seconds
    """

    lost: Lost = ""
    error: str = ""
    status: int = 0
    retry_after: int = 1
    delay_s: float = 0.0


class Order(NamedTuple):
    fault: Fault
    method: str
    after: int
    times: int


class Faults:
    """Spoils calls: those that were ordered, in their order, or whichever `spoil` picks.

    `spoil` gets the number of the call, counted from 1, and its method.
    """

    def __init__(self) -> None:
        self._orders: list[Order] = []
        self._seen: dict[str, int] = {}
        self._calls = 0
        self.spoil: Callable[[int, str], Fault | None] = lambda number, method: None

    def order(self, fault: Fault, method: str = "", *, after: int = 0, times: int = 1) -> None:
        """Spoils the next calls of a method, or of any, once `after` more of them went well."""
        begin = self._seen.get(method, 0) + after
        self._orders.append(Order(fault, method, begin, times))

    def clear(self) -> None:
        self._orders.clear()

    def next(self, method: str) -> Fault:
        """What goes wrong with this call; mostly nothing."""
        self._calls += 1
        seen = {name: self._seen.get(name, 0) for name in (method, "")}
        self._seen |= {name: count + 1 for name, count in seen.items()}
        for order in self._orders:
            if order.method in seen and 0 <= seen[order.method] - order.after < order.times:
                return order.fault
        return self.spoil(self._calls, method) or Fault()
