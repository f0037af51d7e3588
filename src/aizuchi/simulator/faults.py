"""What a test orders to go wrong with calls of a fake platform."""

from collections.abc import Callable
from typing import Generic, Literal, NamedTuple, TypeVar

Lost = Literal["", "call", "reply"]
F = TypeVar("F")


class Order(NamedTuple, Generic[F]):
    fault: F
    method: str
    after: int
    times: int


class Faults(Generic[F]):
    """Spoils calls: those that were ordered, in their order, or whichever `spoil` picks.

    `spoil` gets the number of the call, counted from 1, and its method.
    """

    def __init__(self, nothing: F) -> None:
        self._nothing = nothing
        self._orders: list[Order[F]] = []
        self._seen: dict[str, int] = {}
        self._calls = 0
        self.spoil: Callable[[int, str], F | None] = lambda number, method: None

    def order(self, fault: F, method: str = "", *, after: int = 0, times: int = 1) -> None:
        """Spoils the next calls of a method, or of any, once `after` more of them went well."""
        begin = self._seen.get(method, 0) + after
        self._orders.append(Order(fault, method, begin, times))

    def clear(self) -> None:
        self._orders.clear()

    def next(self, method: str) -> F:
        """What goes wrong with this call; mostly nothing."""
        self._calls += 1
        seen = {name: self._seen.get(name, 0) for name in (method, "")}
        self._seen |= {name: count + 1 for name, count in seen.items()}
        for order in self._orders:
            if order.method in seen and 0 <= seen[order.method] - order.after < order.times:
                return order.fault
        return self.spoil(self._calls, method) or self._nothing
