"""`aizuchi chat` as a process: it finds or starts a server, streams, stops, takes up again."""

import asyncio
import os
import re
import signal
from pathlib import Path

import pytest
from tests.cli.processes import Place, Program, children_of, gone, place_with_model, running, stored

pytestmark = pytest.mark.real_time
PROMPT = "› "


def chat_of(place: Place) -> str:
    return (place.home / "terminal-chat").read_text().strip()


def visible(program: Program) -> str:
    """What has been written, without the sequences that style and erase."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", program.text)


async def piped(place: Place, text: str, *arguments: str) -> tuple[int, str]:
    async with running(place, "chat", *arguments) as chat:
        await chat.type(text)
        return await chat.end(), chat.text


async def test_a_pipe_gets_the_answer_and_nothing_else(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        assert await piped(place, "What is an aizuchi?\n") == (0, f"{model.answer}\n")


async def test_a_pipe_of_nothing_gets_nothing(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        assert await piped(place, " \n") == (0, "")
        assert model.calls == 0


async def test_an_answer_that_fails_ends_with_one_and_says_why(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _):
        place.environment["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1"
        code, text = await piped(place, "hello")
        assert code == 1
        assert "cannot be reached" in text


async def test_it_uses_the_server_that_runs_here(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "serve") as server:
        await server.until("State")
        port = str(place.port)
        place.environment["AIZUCHI_PORT"] = str(place.port + 1)  # the note in the home finds it
        assert await piped(place, "hello") == (0, f"{model.answer}\n")
        place.environment["AIZUCHI_PORT"] = port
        async with place.client as client:
            assert await stored(client, chat_of(place)) == [model.answer]


async def test_it_goes_on_in_its_conversation_until_a_new_one_is_wanted(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "serve") as server:
        await server.until("State")
        await piped(place, "one")
        first = chat_of(place)
        await piped(place, "two")
        assert chat_of(place) == first
        await piped(place, "three", "--new")
        assert chat_of(place) != first


async def test_a_person_asks_and_reads_the_answer_as_it_comes(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        model.words, model.pause_s = 10, 0.05
        async with running(place, "chat", terminal=True) as chat:
            await chat.until(PROMPT)
            await chat.type("hello\n")
            await chat.until("word2")
            assert "word9" not in chat.text
            assert "I'm listening." in chat.text
            await chat.until(PROMPT, after="word9")
            await chat.type("\x04")
            assert await chat.end(within_s=10) == 0


async def test_ctrl_c_stops_the_answer_and_a_second_one_ends(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        model.words, model.pause_s = 500, 0.05
        async with running(place, "chat", terminal=True) as chat:
            await chat.until(PROMPT)
            await chat.type("hello\n")
            await chat.until("word3")
            chat.interrupt()
            await chat.until(PROMPT, after="Stopped.")
            model.words, model.pause_s = 3, 0.0
            await chat.type("again\n")
            await chat.until(PROMPT, after="word2 \n")
            await asyncio.sleep(0.3)  # its prompt does not hear before it listens
            chat.interrupt()
            await chat.until("Ctrl-C once more")
            chat.interrupt()
            assert await chat.end(within_s=10) == 130


async def test_an_unfinished_answer_is_finished_first(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        model.words, model.pause_s = 60, 0.05
        async with running(place, "chat", terminal=True) as chat:
            await chat.until(PROMPT)
            await chat.type("tell me\n")
            await chat.until("word3")
            server = children_of(chat.process.pid)[0]
            chat.process.kill()
            await gone(server)
        model.words, model.pause_s = 8, 0.0
        async with running(place, "chat", terminal=True) as chat:
            await chat.until("word7")
            assert f"{PROMPT}tell me\n" in visible(chat)


async def test_a_crash_of_the_server_leaves_one_whole_answer(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        await dev.until("Ctrl-C ends it")
        model.words, model.pause_s = 30, 0.05
        async with running(place, "chat") as chat:
            await chat.type("tell me")
            await model.asked()
            await asyncio.sleep(0.5)
            async with place.client as client:
                assert (await client.post("/dev/kill")).status_code == 202
                assert await chat.end() == 0
                assert await stored(client, chat_of(place)) == [model.answer]
        assert chat.text == f"{model.answer}\n"
        assert model.calls == 2


async def test_its_own_server_is_started_again_after_a_crash(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        model.words, model.pause_s = 30, 0.05
        async with running(place, "chat") as chat:
            await chat.type("tell me")
            await model.asked()
            os.kill(children_of(chat.process.pid)[0], signal.SIGKILL)
            assert await chat.end() == 0
        assert chat.text == f"{model.answer}\n"


async def test_a_stranger_on_the_port_is_told(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        place.environment["AIZUCHI_PORT"] = model.url.rpartition(":")[2].removesuffix("/v1")
        code, text = await piped(place, "hello")
        assert code == 1
        assert "Another program listens" in text
