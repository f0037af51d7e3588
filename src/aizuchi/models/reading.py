"""Reading an answer within its time limits."""

from contextlib import suppress
from typing import NamedTuple

import httpx2

from aizuchi.answers import ToolCall
from aizuchi.models.answering import Answer
from aizuchi.models.failures import Endpoint
from aizuchi.models.patience import Patience
from aizuchi.ports import Ending

USAGE_S = 2.0
LAST_CHUNK_S = 0.1


class Limits(NamedTuple):
    """How long a model may be silent, in seconds: before its first sign, and between two."""

    first_token_s: float
    idle_s: float


class Reading:
    """One answer being read; TimeoutError once the model is silent for too long."""

    def __init__(
        self,
        response: httpx2.Response,
        endpoint: Endpoint,
        limits: Limits,
        patience: Patience,
        deadline: float,
    ) -> None:
        self._response = response
        self._pieces = response.aiter_bytes()
        self._answer = Answer(endpoint)
        self._limits = limits
        self._patience = patience
        self._deadline = deadline
        self._ended = False

    async def text(self) -> str:
        """The text of the next read that has any; empty at the end."""
        while not (self._ended or self._answer.over):
            data = await self._piece()
            self._ended = not data
            signs = self._answer.signs
            text = self._answer.take(data) if data else self._answer.rest()
            if self._answer.signs > signs:
                self._deadline = self._patience.now() + self._allowed_s()
            if text:
                return text
        return ""

    def _allowed_s(self) -> float:
        """How long the next sign may take: the usage after the end is worth only a short wait."""
        return USAGE_S if self._answer.finished else self._limits.idle_s

    def ending(self) -> Ending:
        """How the answer ended; raises ModelError where it is no whole answer."""
        return self._answer.ending()

    def calls(self) -> tuple[ToolCall, ...]:
        """The calls of tools that the answer asks for."""
        return self._answer.calls

    async def drain(self) -> None:
        """Reads the end of the response, so that its connection can be used again."""
        with suppress(TimeoutError, httpx2.RequestError):
            self._deadline = self._patience.now() + LAST_CHUNK_S
            while await self._patience.until(self._deadline, anext(self._pieces, b"")):
                pass

    async def aclose(self) -> None:
        """Closes the connection, at once where the answer was not read to its end."""
        await self._pieces.aclose()
        await self._response.aclose()

    async def _piece(self) -> bytes:
        """The next read; the usage after the last word is worth only a short wait."""
        if self._answer.finished:
            with suppress(TimeoutError):
                return await self._patience.until(self._deadline, anext(self._pieces, b""))
            return b""
        return await self._patience.until(self._deadline, anext(self._pieces, b""))
