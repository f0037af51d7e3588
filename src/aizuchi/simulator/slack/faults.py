"""What can go wrong with a call of the Web API."""

from typing import NamedTuple

from aizuchi.simulator.faults import Lost


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
