"""Endpoints differ; what is odd but whole is an answer, and nothing is said about it."""

from pathlib import Path

import pytest

from aizuchi.simulator.model import CANARY, Behaviour, words_of

from .telling import SILENCE_S, place

pytestmark = pytest.mark.real_time

QUESTION = "それは何ですか"
ODD = {
    "null-first": Behaviour(null=True),
    "characters-cut": Behaviour(split=True),
    "huge-word": Behaviour(huge=300_000),
    "no-stream": Behaviour(form="json"),
    "reasoning": Behaviour(think=3, first=0.1),
    "usage-unasked": Behaviour(usage="always"),
    "usage-never": Behaviour(usage="never"),
    "no-reason": Behaviour(end="done_only"),
    "japanese": Behaviour(text="はい、 それは 相槌 です。"),
}


@pytest.mark.parametrize("name", ODD)
async def test_what_is_odd_but_whole_is_answered(name: str, tmp_path: Path) -> None:
    async with place(tmp_path, ODD[name]) as asked:
        told = await asked.ask(QUESTION)
    assert told.text == told.stored == "".join(words_of(ODD[name], 1, QUESTION))
    assert (told.calls, told.ends) == (1, [])
    assert CANARY not in told.everything


async def test_an_answer_may_take_longer_than_the_silence_that_is_allowed(tmp_path: Path) -> None:
    slow = Behaviour(tokens=30, pace=25, first=0.1, head=0.1)
    async with place(tmp_path, slow) as asked:
        told = await asked.ask(QUESTION)
    assert told.text == "".join(words_of(slow, 1, QUESTION))
    assert told.seconds > 2 * SILENCE_S


async def test_a_model_may_think_longer_than_the_silence_that_is_allowed(tmp_path: Path) -> None:
    async with place(tmp_path, Behaviour(think=30, pace=30)) as asked:
        told = await asked.ask(QUESTION)
    assert not told.ends
    assert told.seconds > 2 * SILENCE_S


async def test_an_endpoint_that_cannot_tell_usage_is_asked_without(tmp_path: Path) -> None:
    older = Behaviour(stream_options="refused")
    async with place(tmp_path, older) as asked:
        first = await asked.ask(QUESTION)
        await asked.ask(QUESTION, "m2")
    assert first.text == "".join(words_of(older, 2, QUESTION))
    assert ["stream_options" in one.body for one in asked.endpoint.received] == [True, False, False]
