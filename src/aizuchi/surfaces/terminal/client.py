"""Talks to a server's web API: asks, follows, stops; a lost connection is taken up again."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import httpx2

from aizuchi.errors import ServerError
from aizuchi.surfaces.terminal.render import clean
from aizuchi.surfaces.terminal.tail import End, Lost, Question, Sign, Tail, question_in

PAUSES_S = (0.1, 0.3, 0.5, 1.0, 1.0, 2.0)
LOST_AFTER_S = 60.0
SAYS_WHY = 500
CONSENT = "data-consent"


class Client:
    """One person's door to a server. `revive` is tried before a lost one is looked for again."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        revive: Callable[[], Awaitable[None]],
        *,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._http, self._revive, self._pauses_s = http, revive, pauses_s

    async def ask(self, chat: str, message: str, text: str) -> AsyncGenerator[Sign, None]:
        """Sends a message, and follows its answer to the end.

        The id of the message is the same however often it has to be sent: it is answered once.
        """
        body = {
            "id": chat,
            "messages": [{"id": message, "role": "user", "parts": [_part(text)]}],
            "trigger": "submit-message",
        }
        async with aclosing(self._follow(chat, Tail(), body)) as signs:
            async for sign in signs:
                yield sign
                if isinstance(sign, End):
                    return

    async def resume(self, chat: str) -> AsyncGenerator[Sign, None]:
        """Follows the answer that is being written in a chat, if one is."""
        async with aclosing(self._follow(chat, Tail(), None)) as signs:
            async for sign in signs:
                yield sign

    async def stop(self, chat: str) -> None:
        """Stops the answer that is being written in a chat."""
        response = await self._http.post(f"/api/chat/{chat}/stop")
        _check(response)

    async def decide(
        self, chat: str, question: Question, verdict: str
    ) -> AsyncGenerator[Sign, None]:
        """Answers what was asked in a chat, and follows what comes of it to the end."""
        said = {"messageId": question.answer, "digest": question.digest, "verdict": verdict}
        response = await self._http.post(f"/api/chat/{chat}/decide", json=said)
        _check(response)
        tail = Tail()
        tail.last_event_id = f"{response.json()['messageId']}:0:0"  # from its very beginning
        async with aclosing(self._follow(chat, tail, None)) as signs:
            async for sign in signs:
                yield sign

    async def open_question(self, chat: str) -> Question | None:
        """What the last answer of a chat asks, if nobody has decided it."""
        response = await self._http.get(f"/api/chat/{chat}")
        if response.status_code == 404:
            return None
        _check(response)
        return _question_of(response.json()["messages"][-1:])

    async def last_question(self, chat: str) -> str:
        """What was last asked in a chat; empty where nothing was."""
        response = await self._http.get(f"/api/chat/{chat}")
        if response.status_code == 404:
            return ""
        _check(response)
        return _last_question(response.json())

    async def _follow(
        self, chat: str, tail: Tail, body: Mapping[str, Any] | None
    ) -> AsyncGenerator[Sign, None]:
        patience = _Patience(self._pauses_s)
        while not tail.is_over:
            try:
                async with self._http.stream(**_request(chat, tail, body)) as response:
                    if response.status_code == 204:
                        if body is None or not tail.last_event_id:
                            return
                        tail.last_event_id = ""  # nothing of it runs or is kept: ask for all of it
                        continue
                    await _check_stream(response)
                    tail.connect()
                    async for data in response.aiter_raw():
                        patience.renew()
                        for sign in _signs(tail, data):
                            yield sign
            except (httpx2.TransportError, _Unready):
                pass
            if not tail.is_over:
                yield Lost()
                await patience.wait()
                await self._revive()


def _request(chat: str, tail: Tail, body: Mapping[str, Any] | None) -> dict[str, Any]:
    """What brings the rest of an answer: from where we are, or else from the beginning."""
    if body is not None and not tail.last_event_id:
        return {"method": "POST", "url": "/api/chat", "json": body}
    at = {"Last-Event-ID": tail.last_event_id} if tail.last_event_id else {}
    return {"method": "GET", "url": f"/api/chat/{chat}/stream", "headers": at}


def _signs(tail: Tail, data: bytes) -> list[Sign]:
    try:
        return tail.feed(data)
    except (ValueError, KeyError, TypeError) as error:
        raise ServerError(
            "The server sent something that is no answer.",
            "Another program may listen there, or another version of aizuchi: update both.",
        ) from error


class _Unready(Exception):
    """The server is there but takes nothing now; it is going, or coming."""


class _Patience:
    """How long, and how often, a lost server is looked for."""

    def __init__(self, pauses_s: tuple[float, ...]) -> None:
        self._pauses_s = pauses_s
        self.renew()

    def renew(self) -> None:
        """There was a sign of life."""
        self._tries, self._since = 0, asyncio.get_running_loop().time()

    async def wait(self) -> None:
        if asyncio.get_running_loop().time() - self._since > LOST_AFTER_S:
            raise ServerError(
                "The server does not answer any more.",
                "Start it again and open the chat: what was accepted is answered there.",
            )
        await asyncio.sleep(self._pauses_s[min(self._tries, len(self._pauses_s) - 1)])
        self._tries += 1


async def _check_stream(response: httpx2.Response) -> None:
    if response.status_code == 503:
        raise _Unready
    if response.status_code != 200:
        await response.aread()
        _check(response)


def _check(response: httpx2.Response) -> None:
    """Raises ServerError where the server refuses, with the reason that it gives."""
    if response.is_success:
        return
    why = clean(response.text)[:SAYS_WHY].strip() or f"It answered {response.status_code}."
    if response.status_code == 401:
        raise ServerError(
            "The server does not know this installation's token.",
            "It was started with another AIZUCHI_HOME or AIZUCHI_WEB_TOKEN: use the same here.",
        )
    raise ServerError(f"The server refused: {why}", "See what the server logs.")


def _part(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _question_of(messages: Sequence[Mapping[str, Any]]) -> Question | None:
    parts = ((each["id"], part) for each in messages for part in each["parts"])
    asked = (question_in(id_, part["data"]) for id_, part in parts if part["type"] == CONSENT)
    return next(asked, None)


def _last_question(chat: Mapping[str, Any]) -> str:
    asked = [message for message in chat["messages"] if message["role"] == "user"]
    parts = asked[-1]["parts"] if asked else []
    return clean("".join(part.get("text", "") for part in parts))
