"""What the model may have done: the tools that there are, and one call of one of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from aizuchi.answers import Source, ToolCall, ToolReturned
from aizuchi.consent import MOST_SHOWN, plainly
from aizuchi.errors import ToolError
from aizuchi.events import Message
from aizuchi.happenings import ToolCalled
from aizuchi.ports import Declared
from aizuchi.tracing import now, tell

LONGEST_RESULT = 20_000
MOST_SOURCES = 20
NOBODY_KNOWS = "It may have been done or not: nobody knows."
"""Ends what is told of a call of which that is so."""

logger = logging.getLogger(__name__)


class Occasion(NamedTuple):
    """What a tool is called for: the message, and what tools have returned for it so far."""

    message: Message
    returned: Sequence[ToolReturned] = ()


class Finding(NamedTuple):
    """What a tool returns that can say where it has it from."""

    text: str
    sources: tuple[Source, ...] = ()


class Tool(NamedTuple):
    """Something that the model may have done.

    One that is `unsafe` is done once or not at all, and only when somebody has allowed it; any
    other may be done again after a crash. `call` takes the arguments as JSON; what it raises as a
    ToolError is told to the model, of any other error only that there was one. `check` raises
    BadArguments where it would not take these. `stamp` tells one that others have made from what
    they make of it later; `timeout_s` is how long a call may take, where it has its own limit.
    """

    declared: Declared
    call: Callable[[str, Occasion], Awaitable[str | Finding]]
    unsafe: bool = False
    check: Callable[[str], object] = str
    stamp: str = ""
    timeout_s: float | None = None


class Supply(Protocol):
    """Where tools are from that come, change and go while we run."""

    @property
    def tools(self) -> Sequence[Tool]: ...

    async def arrive(self, names: Collection[str]) -> None:
        """Returns once tools of these names are there, or have had their time to come."""
        ...


class Result(NamedTuple):
    """What came of a call, as the model is told it."""

    text: str
    failed: bool = False
    sources: tuple[Source, ...] = ()


class Toolbox:
    """The tools of an assistant, each called for `timeout_s` seconds at most; those of the supply
    are in it once they are `at_hand`."""

    def __init__(
        self,
        tools: Sequence[Tool] = (),
        *,
        timeout_s: float = 30.0,
        new_incident: Callable[[], str] = lambda: "",
        supply: Supply | None = None,
    ) -> None:
        self._tools: Mapping[str, Tool] = {tool.declared.name: tool for tool in tools}
        self._timeout_s, self._new_incident, self._supply = timeout_s, new_incident, supply

    async def at_hand(self, wanted: Collection[str] = ()) -> "Toolbox":
        """All tools that there are now, as they are now; those of these names are waited for."""
        if self._supply is None:
            return self
        if missing := [name for name in wanted if name not in self._tools]:
            await self._supply.arrive(missing)
        return self._with([*self._supply.tools, *self._tools.values()])

    @property
    def safe(self) -> "Toolbox":
        """Those of its tools that nobody has to allow."""
        return self._with([tool for tool in self._tools.values() if not tool.unsafe])

    def _with(self, tools: Sequence[Tool]) -> "Toolbox":
        return Toolbox(tools, timeout_s=self._timeout_s, new_incident=self._new_incident)

    def stamps(self, names: Collection[str]) -> tuple[str, ...]:
        """What the tools of these names are now; empty for what is not here, or our own."""
        return tuple(self._tools[name].stamp if name in self._tools else "" for name in names)

    @property
    def declared(self) -> Sequence[Declared]:
        return [tool.declared for tool in self._tools.values()]

    def readied(self, call: ToolCall) -> ToolCall:
        """The call as it is asked about and made: of an unsafe one nothing stays hidden."""
        tool = self._tools.get(call.name)
        if tool is None or not tool.unsafe:
            return call
        with suppress(ValueError, RecursionError):
            return call._replace(arguments=plainly(call.arguments))
        return call

    def asks_first(self, call: ToolCall) -> bool:
        """Whether somebody has to allow this before it is done. What cannot be done in any case is
        not asked about."""
        tool = self._tools.get(call.name)
        return tool is not None and tool.unsafe and not _unaskable(tool, call)

    async def run(self, call: ToolCall, occasion: Occasion, *, allowed: bool = False) -> Result:
        """Calls a tool, an unsafe one only if it is allowed; whatever goes wrong is a result."""
        began = now()
        result = await self._run(call, occasion, allowed=allowed)
        name = call.name if call.name in self._tools else "unknown"
        tell(ToolCalled(began, now(), name, call, result.text, result.failed))
        return result

    async def _run(self, call: ToolCall, occasion: Occasion, *, allowed: bool) -> Result:
        tool = self._tools.get(call.name)
        if tool is None:
            there = ", ".join(self._tools) or "none"
            return _failure(f'There is no tool "{call.name}". There is: {there}.')
        if tool.unsafe and not allowed:
            return _failure(_unaskable(tool, call) or f"{call.name} has to be allowed first.")
        timeout_s = tool.timeout_s or self._timeout_s
        limit = asyncio.timeout(timeout_s)
        try:
            async with limit:
                return _result(await tool.call(call.arguments, occasion))
        except ToolError as error:
            return _failure(str(error))
        except Exception as error:
            if limit.expired():
                return _failure(_too_late(tool, timeout_s))
            incident = self._new_incident()
            logger.error("incident %s: tool %s failed", incident, call.name, exc_info=error)
            return _failure(f"{call.name} failed inside (number {incident}).")


def _unaskable(tool: Tool, call: ToolCall) -> str:
    """Why nobody is asked about a call: it does not fit, or nobody could read all of it."""
    try:
        tool.check(call.arguments)
        plainly(call.arguments)
    except ToolError as error:
        return str(error)
    except (ValueError, RecursionError):
        return f"The arguments of {call.name} are no JSON object."
    if len(call.arguments) > MOST_SHOWN:
        return (
            f"The arguments are longer than somebody can check, who has to allow {call.name}: "
            f"{MOST_SHOWN} characters at most. Do it in smaller steps."
        )
    return ""


def _result(returned: str | Finding) -> Result:
    found = returned if isinstance(returned, Finding) else Finding(returned)
    return Result(shortened(found.text), sources=found.sources[:MOST_SOURCES])


def _failure(what: str) -> Result:
    return Result(shortened(what), failed=True)


def shortened(text: str, longest: int = LONGEST_RESULT) -> str:
    """The beginning of what is too long for the model, which is told so."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}\n[{len(text) - longest} more characters are left out here]"


def _too_late(tool: Tool, within_s: float) -> str:
    what = f"{tool.declared.name} did not end within {within_s:g} seconds."
    return f"{what} {NOBODY_KNOWS}" if tool.unsafe else what
