"""What the assistant does on the way shows on the web while it is done, and in the history."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.web.house import house, text_of
from tests.worker.office import ScriptedModel, saying, using

from aizuchi.answers import Source, ToolCall
from aizuchi.testing.asgi_client import events_of
from aizuchi.toolbox import Finding
from aizuchi.tools.function import tool_of

SEARCH = ToolCall("a", "search", '{"what": "leaves"}')
SOURCE = {"sourceId": "https://example.com/", "url": "https://example.com/", "title": "Example"}


async def search(what: str) -> Finding:
    """Searches."""
    await asyncio.sleep(1)
    return Finding(f"all about {what}", (Source("https://example.com/", "Example"),))


def parts(chunks: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [chunk for chunk in chunks if chunk.get("type") in kinds]


async def test_steps_and_sources_are_parts_while_they_come_and_afterwards(tmp_path: Path) -> None:
    model = ScriptedModel(using(SEARCH), saying("red"))
    async with house(tmp_path, model, tools=[tool_of(search)]) as home:
        streamed = events_of((await home.person().ask("Where?")).body)
        told = [event.chunk for event in streamed]
        history = (await home.person().history())[-1]["parts"]
    step = {"type": "data-step", "id": "1.0"}
    running = {**step, "data": {"title": "Using search", "state": "running"}}
    done = {**step, "data": {"title": "Using search", "state": "done"}}
    source = {"type": "source-url", **SOURCE}
    assert parts(told, "data-step", "source-url") == [running, source, done]
    assert history == [done, source, {"type": "text", "text": "red ", "state": "done"}]


async def test_who_comes_late_is_shown_them_once(tmp_path: Path) -> None:
    """After a takeover what was shown is taken back, and told again."""
    hanging = ScriptedModel(using(SEARCH), [1000.0])
    async with house(tmp_path, hanging, tools=[tool_of(search)]) as home:
        asking = asyncio.create_task(home.person().ask("Where?"))
        await asyncio.sleep(5)
        asking.cancel()
    async with house(tmp_path, ScriptedModel(saying("red")), tools=[tool_of(search)]) as home:
        streamed = events_of((await home.person().ask("Where?")).body)
    told = [event.chunk for event in streamed]
    resets = [place for place, chunk in enumerate(told) if chunk.get("type") == "reset-step"]
    after = told[resets[-1] :]
    assert [chunk.get("type") for chunk in parts(after, "data-step", "source-url")] == [
        "source-url",
        "data-step",
    ]
    assert not resets[:-1]


# ── what has to be allowed ────────────────────────────────────────────────────

DELETE = ToolCall("d", "delete", '{"path": "a.txt"}')
DELETED: list[str] = []


async def delete(path: str) -> str:
    """Deletes."""
    DELETED.append(path)
    return "gone"


@pytest.fixture(autouse=True)
def _nothing_deleted() -> None:
    DELETED.clear()


async def test_a_question_is_a_part_and_its_answer_stands_in_the_history(tmp_path: Path) -> None:
    model = ScriptedModel(using(DELETE), saying("It is gone."))
    async with house(tmp_path, model, tools=[tool_of(delete, unsafe=True)]) as home:
        person = home.person()
        streamed = events_of((await person.ask("Delete it")).body)
        told = [event.chunk for event in streamed]
        (asked,) = parts(told, "data-consent")
        answer = (await person.history())[-1]
        said = {"messageId": answer["id"], "digest": asked["data"]["digest"], "verdict": "yes"}
        decided = await person.request("POST", "/api/chat/c1/decide", json=said)
        again = await person.request("POST", "/api/chat/c1/decide", json={**said, "verdict": "no"})
        followed = await person.request("GET", "/api/chat/c1/stream")
        history = await person.history()
        export = await person.request("GET", "/api/chat/c1/export")
    assert asked["data"]["calls"] == [{"tool": "delete", "arguments": '{"path": "a.txt"}'}]
    assert asked in answer["parts"]
    assert decided.json() == again.json() == {"messageId": f"{answer['id']}:decision"}
    assert text_of(events_of(followed.body)) == "It is gone. "
    assert [(message["role"], message["parts"][-1].get("text")) for message in history] == [
        ("user", "Delete it"),
        ("assistant", None),
        ("user", "Yes, do it."),
        ("assistant", "It is gone. "),
    ]
    assert DELETED == ["a.txt"]
    assert "Yes, do it." in export.text


@pytest.mark.parametrize("wrong", [{"digest": "x"}, {"verdict": "expired"}, {"messageId": "w1"}])
async def test_a_decision_that_fits_nothing_is_refused(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    model = ScriptedModel(using(DELETE), saying("never said"))
    async with house(tmp_path, model, tools=[tool_of(delete, unsafe=True)]) as home:
        person, bob = home.person(), home.person("bob")
        asked = events_of((await person.ask("Delete it")).body)
        digest = parts([event.chunk for event in asked], "data-consent")[0]["data"]["digest"]
        answer = (await person.history())[-1]["id"]
        said = {"messageId": answer, "digest": digest, "verdict": "yes"}
        refused = await person.request("POST", "/api/chat/c1/decide", json={**said, **wrong})
        strange = await bob.request("POST", "/api/chat/c1/decide", json=said)
        await asyncio.sleep(5)
    assert (refused.status, strange.status) == (400, 404)
    assert DELETED == []


async def test_a_decision_cannot_be_asked_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        answer = await home.person().ask("Yes", ref="yes:w1")
    assert answer.status == 400
