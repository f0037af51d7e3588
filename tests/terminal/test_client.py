"""The client asks once and hears the end, whatever happens to the connection or the server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx2
import pytest

from aizuchi.errors import ServerError
from aizuchi.surfaces.terminal.client import LOST_AFTER_S, Client
from aizuchi.surfaces.terminal.tail import Again, Begun, End, Lost, Sign, Words

START = 'data: {"type":"start","messageId":"m"}\n\n'
ONE = 'id: t:1:1\ndata: {"type":"text-delta","id":"t1","delta":"Hello "}\n\n'
TWO = 'id: t:1:2\ndata: {"type":"text-delta","id":"t1","delta":"you"}\n\n'
FINISH = 'id: t:1:3\ndata: {"type":"finish","finishReason":"stop"}\n\n'
DONE = "data: [DONE]\n\n"
WHOLE = START + ONE + TWO + FINISH + DONE

Answer = httpx2.Response | Exception


class Body(httpx2.AsyncByteStream):
    """A body that breaks off where it is told to."""

    def __init__(self, text: str, *, broken: bool) -> None:
        self._text, self._broken = text, broken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._text.encode()
        if self._broken:
            raise httpx2.ReadError("cut")


def stream(text: str, *, broken: bool = False) -> httpx2.Response:
    return httpx2.Response(200, stream=Body(text, broken=broken))


class Script(httpx2.AsyncBaseTransport):
    """A server that gives one answer after the other, the last one for ever."""

    def __init__(self, *answers: Callable[[], Answer]) -> None:
        self._answers = list(answers)
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        make = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        answer = make()
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def paths(self) -> list[str]:
        return [f"{each.method} {each.url.path}" for each in self.requests]


def refused() -> Answer:
    return httpx2.ConnectError("refused")


async def ask(script: Script, revive: Callable[[], None] = lambda: None) -> list[Sign]:
    async def revived() -> None:
        revive()

    async with httpx2.AsyncClient(transport=script, base_url="http://test") as http:
        return [sign async for sign in Client(http, revived).ask("c1", "m1", "hi")]


def words(signs: Sequence[Sign]) -> str:
    """The words that stand in the end."""
    pieces: list[str] = []
    for sign in signs:
        match sign:
            case Words(text):
                pieces.append(text)
            case Again():
                pieces.clear()
    return "".join(pieces)


async def test_a_question_is_sent_as_the_web_sends_it() -> None:
    script = Script(lambda: stream(WHOLE))
    signs = await ask(script)
    assert [type(sign) for sign in signs] == [Begun, Words, Words, End]
    assert words(signs) == "Hello you"
    assert json.loads(script.requests[0].content) == {
        "id": "c1",
        "messages": [{"id": "m1", "role": "user", "parts": [{"type": "text", "text": "hi"}]}],
        "trigger": "submit-message",
    }


async def test_a_cut_answer_goes_on_where_it_was() -> None:
    script = Script(
        lambda: stream(START + ONE, broken=True), refused, lambda: stream(TWO + FINISH + DONE)
    )
    signs = await ask(script)
    assert words(signs) == "Hello you"
    assert signs[-1] == End("answered")
    assert script.paths == ["POST /api/chat", *["GET /api/chat/c1/stream"] * 2]
    assert script.requests[1].headers["last-event-id"] == "t:1:1"


async def test_a_stream_that_ends_too_early_is_taken_up_again() -> None:
    script = Script(lambda: stream(START + ONE), lambda: stream(TWO + FINISH + DONE))
    assert words(await ask(script)) == "Hello you"


async def test_a_question_that_never_arrived_is_sent_again_as_the_same_one() -> None:
    busy = httpx2.Response(503, text="draining")
    script = Script(refused, lambda: busy, lambda: stream("", broken=True), lambda: stream(WHOLE))
    assert words(await ask(script)) == "Hello you"
    assert script.paths == ["POST /api/chat"] * 4
    assert len({each.content for each in script.requests}) == 1


async def test_an_answer_that_ended_meanwhile_is_asked_for_as_a_whole() -> None:
    script = Script(
        lambda: stream(START + ONE, broken=True),
        lambda: httpx2.Response(204),
        lambda: stream(WHOLE),
    )
    signs = await ask(script)
    assert words(signs) == "Hello you"
    assert script.paths[-1] == "POST /api/chat"


async def test_a_lost_server_is_revived_and_told_about() -> None:
    revived: list[int] = []
    script = Script(refused, refused, lambda: stream(WHOLE))
    signs = await ask(script, lambda: revived.append(1))
    assert [type(sign) for sign in signs[:3]] == [Lost, Lost, Begun]
    assert len(revived) == 2


async def test_a_server_that_stays_away_is_given_up_with_a_word() -> None:
    began = asyncio.get_running_loop().time()
    with pytest.raises(ServerError, match="does not answer any more"):
        await ask(Script(refused))
    assert LOST_AFTER_S <= asyncio.get_running_loop().time() - began < LOST_AFTER_S + 5


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, "who?"), "AIZUCHI_HOME"),
        ((400, "The message \x1b[31mhas no text."), "The message [31mhas no text."),
        ((404, ""), "It answered 404"),
    ],
)
async def test_a_refusal_is_told_with_its_reason(answer: tuple[int, str], said: str) -> None:
    status, text = answer
    with pytest.raises(ServerError) as told:
        await ask(Script(lambda: httpx2.Response(status, text=text)))
    assert said in str(told.value)


async def test_something_else_that_answers_is_noticed() -> None:
    with pytest.raises(ServerError, match="is no answer"):
        await ask(Script(lambda: stream("data: <html>\n\n")))


async def nothing() -> None: ...


async def with_client(script: Script, use: Callable[[Client], Any]) -> Any:
    async with httpx2.AsyncClient(transport=script, base_url="http://test") as http:
        return await use(Client(http, nothing))


async def test_where_nothing_runs_there_is_nothing_to_resume() -> None:
    async def resume(client: Client) -> list[Sign]:
        return [sign async for sign in client.resume("c1")]

    assert await with_client(Script(lambda: httpx2.Response(204)), resume) == []


async def test_the_last_question_is_found_in_the_history() -> None:
    parts = [{"type": "text", "text": "Why\x1b?"}]
    history = {
        "id": "c1",
        "messages": [{"role": "user", "parts": parts}, {"role": "assistant", "parts": []}],
    }
    script = Script(lambda: httpx2.Response(200, json=history), lambda: httpx2.Response(404))
    assert await with_client(script, lambda client: client.last_question("c1")) == "Why?"
    assert await with_client(script, lambda client: client.last_question("c1")) == ""


async def test_a_stop_is_sent() -> None:
    script = Script(lambda: httpx2.Response(200, json={}))
    await with_client(script, lambda client: client.stop("c1"))
    assert script.paths == ["POST /api/chat/c1/stop"]
