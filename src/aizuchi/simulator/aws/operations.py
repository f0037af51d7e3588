"""An operation of a service: what it does, and the parameters that it knows."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, NamedTuple

from aizuchi.simulator.aws.arguments import Arguments

Reply = dict[str, Any]


class Operation(NamedTuple):
    run: Callable[[Arguments], Reply | Awaitable[Reply]]
    parameters: Collection[str]
