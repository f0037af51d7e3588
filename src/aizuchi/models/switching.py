"""One model until a better one is ready, then that one."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

from aizuchi.ports import Declared, Model, Part, PromptMessage


class Named(Model, Protocol):
    """A model that says what it is."""

    @property
    def label(self) -> str: ...


class SwitchingModel:
    """Answers with `first` as long as `is_ready` says no, with `then` once it has said yes."""

    def __init__(self, first: Named, then: Named, is_ready: Callable[[], bool]) -> None:
        self._now, self._then = first, then
        self._is_ready = is_ready

    @property
    def label(self) -> str:
        return self._current().label

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        async with aclosing(self._current().stream(prompt, tools)) as parts:  # type: ignore[type-var]
            async for part in parts:
                yield part

    def _current(self) -> Named:
        if self._is_ready():
            self._now = self._then
        return self._now
