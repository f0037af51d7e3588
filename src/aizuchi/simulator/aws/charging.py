"""What calls are charged for, as AWS counts it: by the sizes of items and of messages."""

from collections.abc import Callable
from typing import Literal, NamedTuple

WRITTEN_BYTES, READ_BYTES, ASKED_BYTES = 1024, 4096, 65_536
"""Each begun piece of so many is a unit."""

AT_ONCE = 2
"""A transaction costs twice what its writes would by themselves."""


class Charge(NamedTuple):
    """Units of capacity that an item took, or requests to a queue. `about` is the item's key or
    the queue's name; an `empty` request has received nothing."""

    kind: Literal["write", "read", "request"]
    operation: str
    about: str
    units: float
    empty: bool = False


class Charges:
    """Tells of each, whoever wants to know: `heard` gets it."""

    def __init__(self) -> None:
        self.heard: Callable[[Charge], None] = lambda charge: None

    def write(self, operation: str, about: str, size: int) -> None:
        """`size` is that of the item before or after, whichever is larger."""
        times = AT_ONCE if operation.startswith("Transact") else 1
        units = times * _pieces(size, WRITTEN_BYTES)
        self.heard(Charge("write", operation, about, units))

    def read(self, operation: str, about: str, size: int, *, consistent: bool) -> None:
        units = _pieces(size, READ_BYTES) * (1.0 if consistent else 0.5)
        self.heard(Charge("read", operation, about, units))

    def request(self, operation: str, queue: str, size: int, *, empty: bool = False) -> None:
        self.heard(Charge("request", operation, queue, _pieces(size, ASKED_BYTES), empty))


def _pieces(size: int, of: int) -> int:
    """At least one: what is not there costs as well."""
    return max(1, -(-size // of))
