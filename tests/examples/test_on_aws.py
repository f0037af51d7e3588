"""Systems 0, 2, 3 and 4 as functions: the examples' own files, in real processes on a played AWS,
asked by a fake Slack and a fake Discord with real signatures, and by a page."""

import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.aws.stage import ALL, Stage, functions, stage
from tests.aws.test_stream import Screen, asks, person
from tests.examples.street import EXAMPLES
from tests.web.asking import Frame, events
from tests.web.house import text_of
from websockets.asyncio.client import connect

from aizuchi.deploy.manners import write_manners
from aizuchi.hosts.aws_lambda.ingress import FILE_NAME
from aizuchi.settings import load
from aizuchi.surfaces.discord.registration import declared
from aizuchi.testing.asgi_client import events_of

pytestmark = pytest.mark.real_time

QUESTION = "なぜ空は青い?"


@asynccontextmanager
async def deployed(name: str, folder: Path, names: Collection[str] = ALL) -> AsyncIterator[Stage]:
    """Its functions with what `aizuchi deploy aws` packs of an example."""
    file = EXAMPLES / name / "aizuchi.toml"
    settings = load(file, {})
    (folder / file.name).write_bytes(file.read_bytes())
    (folder / FILE_NAME).write_text(write_manners(settings), "utf-8")
    async with stage() as one:
        one.discord.register(*declared(settings.discord, in_guild=False))
        one.discord.guild.owner = one.bob.id
        async with functions(one, folder, names):
            yield one
            await one.until_settled()
            one.slack.assert_clean()
            one.discord.assert_clean()
            assert "Traceback" not in one.log


def asked_of(one: Stage) -> dict[str, Any]:
    """What the model was asked last."""
    return one.model.asked_with[-1]


def lines_of(one: Stage) -> list[tuple[str, str]]:
    return [(line["role"], line["content"]) for line in asked_of(one)["messages"]]


async def test_system_0_answers_a_signed_command_and_no_other(tmp_path: Path) -> None:
    async with deployed("system-0", tmp_path) as one:
        given, general = {"message": QUESTION}, one.discord.general
        forged = await one.bob.command("long", given, general, bad_signature=True)
        said = await one.bob.command("long", given, general, times=2)
        assert (forged.statuses, said.statuses) == ([401], [200, 200])
        assert json.loads(said.acks[0].body) == {"type": 5}
        await one.until_settled()
        assert [each.content for each in one.discord.messages(general)] == [
            one.model.answer.strip()
        ]
        assert lines_of(one)[-1] == ("user", QUESTION)
        assert said.interaction
        kept = str(one.aws.dynamodb.table(one.cloud.table).all())
        assert QUESTION in kept
        for place in (one.log, kept):
            assert said.interaction.token not in place, "whoever has it can write there"


async def test_system_2_remembers_a_person_though_its_function_died(tmp_path: Path) -> None:
    async with deployed("system-2", tmp_path) as one:
        await mentioned(one, QUESTION)
        await one.functions["worker"].kill()
        await mentioned(one, "もう一度")
        system, *said = lines_of(one)
        assert "誠実" in system[1]
        assert said == [("user", QUESTION), ("assistant", one.model.answer), ("user", "もう一度")]
        assert asked_of(one)["temperature"] == 0


@pytest.mark.proof
async def test_system_2_needs_no_model_to_greet_and_to_forget(tmp_path: Path) -> None:
    async with deployed("system-2", tmp_path) as one:
        assert await mentioned(one, "") == ["なんでしょうか?"]
        await mentioned(one, QUESTION)
        await mentioned(one, "reset")
        assert one.model.calls == 1
        await mentioned(one, "はじめまして")
        assert lines_of(one)[1:] == [("user", "はじめまして")]


async def mentioned(one: Stage, text: str) -> list[str]:
    """What Ann is answered."""
    said = await one.ann.mentions(text, one.slack.general)
    await one.until_settled()
    return one.slack.answers(one.slack.general, said.thread)


async def test_system_3_quotes_the_question_to_whoever_asked(tmp_path: Path) -> None:
    async with deployed("system-3", tmp_path) as one:
        general, answer = one.slack.general, one.model.answer.strip()
        said = await one.ann.command("/mameka", QUESTION, general)
        assert json.loads(said.acks[0].body)["text"] == "..."
        await one.until_settled()
        seen = one.slack.transcript(one.ann)
        assert seen.index("...") < seen.index(QUESTION) < seen.index(answer)
        assert seen.count(answer) == 1
        assert answer not in one.slack.transcript(one.slack.person("cara"))
        assert asked_of(one)["temperature"] == 0.9
        assert "豆香" in lines_of(one)[0][1]


async def test_system_3_tells_whoever_asked_that_the_model_is_not_there(tmp_path: Path) -> None:
    async with deployed("system-3", tmp_path) as one:
        one.model.is_down = True
        await one.ann.command("/mameka", QUESTION, one.slack.general)
        await one.until_settled()
        seen = one.slack.transcript(one.ann)
        assert seen.count("only you see this") == 2
        assert one.model.answer.strip() not in seen


async def test_system_4_tells_what_a_bare_model_says_over_both_ways(tmp_path: Path) -> None:
    async with deployed("system-4", tmp_path, ["stream", "side", "socket"]) as one:
        one.model.may_go_on.clear()
        streamed = Screen()
        async with person(one).open("POST", "/api/chat", body=asks("a", "1", QUESTION)) as stream:
            await streamed.read(stream, until="word0")
            one.model.may_go_on.set()
            await streamed.read(stream)
        pushed = await over_a_socket(one, asks("a", "2", "次は?"))
        assert [streamed.text, pushed] == [one.model.answer] * 2
        assert lines_of(one) == [("user", "次は?")]
        assert asked_of(one)["max_tokens"] == 1024
        assert "tools" not in asked_of(one)
        assert (await person(one).request("GET", "/compare")).status == 200


async def over_a_socket(one: Stage, message: bytes) -> str:
    """What is told there, to somebody who asked for a ticket first."""
    given = (await person(one).request("POST", "/api/ticket")).json()
    frames: list[Frame] = []
    async with connect(f"{given['url']}?ticket={given['ticket']}", proxy=None) as socket:
        await socket.send(json.dumps({"type": "send", "requestId": "r", **json.loads(message)}))
        async for text in socket:
            frames.append(json.loads(text))
            if frames[-1]["type"] == "end":
                return text_of(events(frames))
    raise AssertionError(frames)


@pytest.mark.proof
async def test_system_4_ends_its_stream_with_what_went_wrong(tmp_path: Path) -> None:
    async with deployed("system-4", tmp_path, ["stream"]) as one:
        one.model.is_down = True
        said = await person(one).request("POST", "/api/chat", body=asks("a", "1", QUESTION))
        *_, error, done = events_of(said.body)
        assert (error.chunk["type"], done.data) == ("error", "[DONE]")
        assert "モデル" in error.chunk["errorText"]
