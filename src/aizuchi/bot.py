"""What a bot's author writes against: tools and, where they want, a brain of their own."""

from collections.abc import Callable
from typing import Any, TypeVar, overload

from aizuchi.errors import BotError
from aizuchi.toolbox import Tool
from aizuchi.tools.function import tool_of

F = TypeVar("F", bound=Callable[..., Any])


class Bot:
    """An assistant beyond what aizuchi.toml says of it.

    bot = Bot()

    @bot.tool
    def weather(city: str) -> str:
        '''Today's weather in a city.'''
    """

    def __init__(self) -> None:
        self._tools: dict[str, Tool] = {}

    @property
    def tools(self) -> tuple[Tool, ...]:
        return tuple(self._tools.values())

    @overload
    def tool(self, function: F, /) -> F: ...

    @overload
    def tool(self, /, *, unsafe: bool = False) -> Callable[[F], F]: ...

    def tool(self, function: Any = None, /, *, unsafe: bool = False) -> Any:
        """Makes a function something that the model can call.

        Its docstring and the types of its parameters are what the model is told. A plain function
        runs in a thread. One that is not `unsafe` runs without asking anybody, and may run again
        after a crash; an unsafe one runs once or not at all, and only when somebody has allowed it.

        Raises:
            BotError: it has no docstring, a parameter has no type, or one that is no JSON.
        """

        def make(given: F) -> F:
            self._add(tool_of(given, unsafe=unsafe))
            return given

        return make if function is None else make(function)

    def _add(self, tool: Tool) -> None:
        name = tool.declared.name
        if name in self._tools:
            raise BotError(f"There are two tools called {name}.", "Give one of them another name.")
        self._tools[name] = tool
