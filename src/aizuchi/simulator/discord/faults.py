"""What can go wrong with a call of Discord's API."""

from typing import NamedTuple

from aizuchi.simulator.discord.refusals import Scope
from aizuchi.simulator.faults import Lost


class Fault(NamedTuple):
    """What goes wrong with a call; `delay_s` passes before the reply leaves.

    lost         the "call" never arrives, or it is done and its "reply" never comes
    code         an error of Discord's, such as 50013
    status       an HTTP status without one, such as 503; 429 comes with its headers
    is_done      what was asked is done all the same, before the 503
    retry_after  seconds, for 429
    scope        whose limit it is, for 429
    """

    lost: Lost = ""
    code: int = 0
    status: int = 0
    is_done: bool = False
    retry_after: float = 1.0
    scope: Scope = "user"
    delay_s: float = 0.0
