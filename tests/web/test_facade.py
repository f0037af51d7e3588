"""The assistant behind OpenAI's own client: `/v1/chat/completions` and `/v1/models`."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import (
    APIError,
    APIStatusError,
    AsyncOpenAI,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    RateLimitError,
)
from tests.web.house import House, house
from tests.worker.office import Part, ScriptedModel, saying, using

from aizuchi import Bot, Turn
from aizuchi.answers import ToolCall
from aizuchi.errors import ContentFiltered, ModelCut, ModelKeyRefused, ModelRateLimited
from aizuchi.personas import Casting, Persona
from aizuchi.ports import Allowance, Ending, PromptMessage, Text
from aizuchi.prompt import Brief

ASKED: list[Any] = [{"role": "user", "content": "Is it raining?"}]


@asynccontextmanager
async def openai(home: House, token: str = "owner-token") -> AsyncIterator[AsyncOpenAI]:
    """The official client, without a network between."""
    transport = httpx2.ASGITransport(home.app)
    address = "http://127.0.0.1:8765/v1"
    async with httpx2.AsyncClient(transport=transport) as http:
        client = AsyncOpenAI(api_key=token, base_url=address, http_client=http, max_retries=2)
        client._platform = "Linux"  # it would ask a thread, for which simulated time does not wait
        yield client


async def told_by(stream: AsyncIterator[Any]) -> tuple[str, APIError | None]:
    """What a stream told, and what it raised in the end."""
    told = ""
    try:
        async for chunk in stream:
            told += chunk.choices[0].delta.content or ""
    except APIError as error:
        return told, error
    return told, None


async def test_a_completion_is_the_answer(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(saying("No, it is dry."))) as home, openai(home) as ai:
        got = await ai.chat.completions.create(model="aizuchi", messages=ASKED)
    assert got.choices[0].message.content == "No, it is dry. "
    assert (got.choices[0].finish_reason, got.model, got.object) == (
        "stop",
        "aizuchi",
        "chat.completion",
    )
    assert got.usage
    assert got.usage.total_tokens == got.usage.prompt_tokens + got.usage.completion_tokens > 0


async def test_a_stream_brings_it_piece_by_piece(tmp_path: Path) -> None:
    model = ScriptedModel(saying("No, it is dry.", 1.0))
    async with house(tmp_path, model) as home, openai(home) as ai:
        stream = await ai.chat.completions.create(
            model="any", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == "No, it is dry. "
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


async def test_the_caller_brings_the_history_and_memory_has_no_part_in_it(tmp_path: Path) -> None:
    model = ScriptedModel(saying("yes"))
    lines: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "I am Kai."}]},
        {"role": "assistant", "content": "Hello Kai."},
        {"role": "tool", "content": "ignored", "tool_call_id": "1"},
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": "reset"},
    ]
    async with house(tmp_path, model) as home, openai(home) as ai:
        person = home.person()
        await person.ask("What do you know of me?", chat="c1")
        for _ in range(2):
            await ai.chat.completions.create(
                model="aizuchi", messages=lines, temperature=1, user="x"
            )
        listed = (await person.request("GET", "/api/chats")).json()["chats"]
        exported = (await person.request("GET", "/api/export")).json()["messages"]
    assert model.prompts[-1] == [
        PromptMessage("system", "Be brief."),
        PromptMessage("user", "I am Kai."),
        PromptMessage("assistant", "Hello Kai."),
        PromptMessage("system", "Be kind."),
        PromptMessage("user", "reset"),
    ]
    assert [chat["id"] for chat in listed] == ["c1"]
    assert [each["question"] for each in exported] == ["What do you know of me?"]


async def test_a_brain_of_ones_own_gets_the_history_that_the_caller_brings(tmp_path: Path) -> None:
    turns: list[Turn] = []

    async def answer(turn: Turn) -> AsyncIterator[str]:
        turns.append(turn)
        yield "No, it is dry."

    bot = Bot()
    bot.answer(answer)
    lines: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "assistant", "content": "Good morning."},
        {"role": "user", "content": "Is it warm?"},
        {"role": "user", "content": "I mean outside."},
        {"role": "assistant", "content": "Yes."},
        *ASKED,
    ]
    async with house(tmp_path, brain=bot.brain) as home, openai(home) as ai:
        got = await ai.chat.completions.create(model="aizuchi", messages=lines)
    assert got.choices[0].message.content == "No, it is dry."
    (turn,) = turns
    assert (turn.text, turn.notes) == ("Is it raining?", ("Be brief.",))
    assert [(each.question, each.answer) for each in turn.history] == [
        ("", "Good morning."),
        ("Is it warm?", ""),
        ("I mean outside.", "Yes."),
    ]


async def test_a_program_is_offered_only_what_needs_no_click(tmp_path: Path) -> None:
    bot = Bot()
    done: list[str] = []

    @bot.tool
    def look(what: str) -> str:
        """Looks something up."""
        return f"all about {what}"

    @bot.tool(unsafe=True)
    def delete(what: str) -> str:
        """Deletes something."""
        done.append(what)
        return "done"

    wanted = ToolCall("a", "delete", '{"what": "it"}')
    model = ScriptedModel(using(wanted), saying("I cannot."))
    async with house(tmp_path, model, tools=bot.tools) as home, openai(home) as ai:
        got = await ai.chat.completions.create(model="aizuchi", messages=ASKED)
    assert [tool.name for tool in model.tools[0]] == ["look"]
    assert got.choices[0].message.content == "I cannot. "
    assert done == []
    (told,) = [line.text for line in model.prompts[-1] if line.role == "tool"]
    assert "delete" in told


async def test_nothing_of_it_lies_in_the_store(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(saying("CANARY two"))) as home, openai(home) as ai:
        asked: list[Any] = [{"role": "user", "content": "CANARY one"}]
        await ai.chat.completions.create(model="aizuchi", messages=asked)
        await asyncio.sleep(1)
    assert b"CANARY" not in (tmp_path / "aizuchi.db").read_bytes()


async def test_the_persona_has_the_first_and_the_last_word_and_is_a_model(tmp_path: Path) -> None:
    model = ScriptedModel(saying("yes"))
    casting = Casting(models={"zundamon": Persona("Be a spirit.", "なのだ")})
    brief = Brief("Be kind.", "Nod.", casting=casting)
    async with (
        house(tmp_path, model, brief=brief, models=("zundamon",)) as home,
        openai(home) as ai,
    ):
        for name in ("zundamon", "aizuchi"):
            await ai.chat.completions.create(model=name, messages=ASKED)
        models = [each.id async for each in await ai.models.list()]
        assert (await ai.models.retrieve("zundamon")).owned_by == "aizuchi"
        with pytest.raises(NotFoundError):
            await ai.models.retrieve("gpt-4")
    heads = [(prompt[0].text, prompt[-1].text) for prompt in model.prompts]
    assert heads == [("Be a spirit.", "なのだ"), ("Be kind.", "Nod.")]
    assert models == ["aizuchi", "zundamon"]


async def test_a_key_that_nobody_has_is_refused_in_openais_shape(tmp_path: Path) -> None:
    async with house(tmp_path) as home, openai(home, token="nobody's") as ai:
        with pytest.raises(AuthenticationError) as refused:
            await ai.chat.completions.create(model="aizuchi", messages=ASKED)
        with pytest.raises(AuthenticationError):
            await ai.models.list()
    assert refused.value.code == "invalid_api_key"
    assert "token" in str(refused.value)


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([], "messages"),
        ([{"role": "system", "content": "only"}], "messages"),
        ([{"role": "poet", "content": "x"}], "messages[0].role"),
        ([{"role": "user", "content": 3}], "messages[0].content"),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}],
            "messages[0].content[0].image_url",
        ),
        (["x"], "messages[0].role"),
    ],
)
async def test_what_is_no_request_is_told_by_its_field(
    tmp_path: Path, messages: Any, param: str
) -> None:
    model = ScriptedModel(saying("yes"))
    async with house(tmp_path, model) as home, openai(home) as ai:
        with pytest.raises(BadRequestError) as refused:
            await ai.chat.completions.create(model="aizuchi", messages=messages)
    assert refused.value.param == param
    assert model.prompts == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        ([ModelKeyRefused("401", detail="SECRET")], APIStatusError, "model_key"),
        ([ModelRateLimited("429")], RateLimitError, "rate_limit_exceeded"),
        ([ContentFiltered("no")], BadRequestError, "content_filter"),
    ],
)
async def test_a_failure_is_an_error_with_our_words_and_no_third_call(
    tmp_path: Path, stream: bool, script: list[Part], kind: type[APIStatusError], code: str
) -> None:
    model = ScriptedModel(script)
    async with house(tmp_path, model) as home, openai(home) as ai:
        with pytest.raises(kind) as failed:
            await ai.chat.completions.create(model="aizuchi", messages=ASKED, stream=stream)
    assert failed.value.code == code
    assert "SECRET" not in str(failed.value)
    assert len(model.prompts) <= 2


async def test_a_failure_in_the_middle_of_a_stream_is_raised_there(tmp_path: Path) -> None:
    model = ScriptedModel([Text("half "), ModelCut("cut")])
    async with house(tmp_path, model) as home, openai(home) as ai:
        stream = await ai.chat.completions.create(model="aizuchi", messages=ASKED, stream=True)
        told, error = await told_by(stream)
    assert told == "half "
    assert "broke off" in str(error)


@pytest.mark.parametrize(("second", "whole"), [("half of it", True), ("another one", False)])
async def test_an_answer_that_begins_again_is_never_mixed(
    tmp_path: Path, second: str, whole: bool
) -> None:
    model = ScriptedModel([Text("half "), ModelCut("cut")], [Text(second), Ending("stop")])
    async with house(tmp_path, model) as home, openai(home) as ai:
        stream = await ai.chat.completions.create(model="aizuchi", messages=ASKED, stream=True)
        told, error = await told_by(stream)
    assert told == (second if whole else "half ")
    assert (error is None) == whole


async def test_an_answer_that_reached_its_length_says_so(tmp_path: Path) -> None:
    async with (
        house(tmp_path, ScriptedModel([Text("long"), Ending("length")])) as home,
        openai(home) as ai,
    ):
        got = await ai.chat.completions.create(model="aizuchi", messages=ASKED)
    assert (got.choices[0].message.content, got.choices[0].finish_reason) == ("long", "length")


async def test_a_slow_answer_begins_its_response_in_time(tmp_path: Path) -> None:
    model = ScriptedModel([40.0, Text("late"), Ending("stop")])
    async with house(tmp_path, model) as home:
        body = json.dumps({"model": "m", "messages": ASKED, "stream": True}).encode()
        async with home.person().open("POST", "/v1/chat/completions", body=body) as stream:
            began = asyncio.get_running_loop().time()
            first = await stream.read()
            took = asyncio.get_running_loop().time() - began
    assert b'"role":"assistant"' in first
    assert took <= 6


async def test_who_leaves_stops_the_answer(tmp_path: Path) -> None:
    model = ScriptedModel([Text("one "), 1000.0, Text("two")])
    async with house(tmp_path, model) as home:
        body = json.dumps({"model": "m", "messages": ASKED, "stream": True}).encode()
        async with home.person().open("POST", "/v1/chat/completions", body=body) as stream:
            await stream.read()
        await asyncio.sleep(1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(100):
                await home.engine.queue.claim()


async def test_limits_count_here_too(tmp_path: Path) -> None:
    async with house(tmp_path, allowance=Allowance(1, 0, 0)) as home, openai(home) as ai:
        await ai.chat.completions.create(model="aizuchi", messages=ASKED)
        with pytest.raises(RateLimitError, match="1 messages a minute"):
            await ai.chat.completions.create(model="aizuchi", messages=ASKED)


async def test_what_is_not_there_is_told_in_the_same_shape(tmp_path: Path) -> None:
    async with house(tmp_path) as home, openai(home) as ai:
        with pytest.raises(NotFoundError):
            await ai.embeddings.create(model="x", input="y")
        got = await home.person().request("POST", "/v1/chat/completions", body=b"{")
    assert (got.status, got.json()["error"]["code"]) == (400, "invalid_json")
