"""What has to be allowed is asked for in the terminal too, and a yes there does it."""

from contextlib import aclosing
from pathlib import Path

import httpx2
from tests.web.house import House, house
from tests.worker.office import ScriptedModel, saying, using

from aizuchi.answers import ToolCall
from aizuchi.surfaces.terminal.client import Client
from aizuchi.surfaces.terminal.screen import Screen, Size
from aizuchi.surfaces.terminal.tail import End, Question, Words
from aizuchi.tools.function import tool_of

DELETE = ToolCall("d", "delete", '{"path": "a\\u001b[2J.txt"}')


async def delete(path: str) -> str:
    """Deletes."""
    return f"{path} is gone"


async def nobody_to_revive() -> None:
    raise AssertionError("the server is there")


def client_of(home: House) -> Client:
    http = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(home.app),
        base_url="http://127.0.0.1:8765",
        headers={"authorization": "Bearer owner-token"},
    )
    return Client(http, nobody_to_revive)


async def test_a_yes_does_it_and_its_answer_is_followed(tmp_path: Path) -> None:
    model = ScriptedModel(using(DELETE), saying("It is gone."))
    async with house(tmp_path, model, tools=[tool_of(delete, unsafe=True)]) as home:
        client = client_of(home)
        *_, end = [sign async for sign in client.ask("c1", "m1", "Delete it")]
        assert isinstance(end, End)
        assert end.question == await client.open_question("c1")
        assert end.question
        async with aclosing(client.decide("c1", end.question, "yes")) as following:
            signs = [sign async for sign in following]
        assert await client.open_question("c1") is None
    assert "".join(sign.text for sign in signs if isinstance(sign, Words)) == "It is gone. "
    assert signs[-1] == End("answered")


def test_a_question_is_shown_whole_and_nothing_in_it_acts() -> None:
    asked = Question("w1", "digest", (("delete\x1b[2J", '{"path": "\u202etxt.a"}'),))
    shown = Screen(lambda: Size(80, 24), "en", colours=False).show(End("asks", "", asked))
    assert shown == ('May I do this?\n  delete[2J {"path": "txt.a"}\nType yes or no.\n')
