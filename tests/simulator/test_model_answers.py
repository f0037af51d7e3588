"""The fake model's answers: their words, their pace, and every way in which they end."""

import asyncio

import pytest
from tests.simulator.asking import ask, question

from aizuchi.simulator.model import CANARY, Behaviour, fake_model, words_of
from aizuchi.simulator.model.behaviour import End

pytestmark = pytest.mark.real_time


async def test_an_answer_is_numbered_words_that_depend_on_call_and_question() -> None:
    async with fake_model() as model:
        texts = [(await ask(model, question("fake:tokens=2", one))).text for one in ("A", "A", "B")]
    first, second, other = texts
    assert first.startswith("1.0.") and second.startswith("2.0.") and other.startswith("3.0.")
    assert first.split(".")[-1] == second.split(".")[-1] != other.split(".")[-1]
    assert first == "".join(words_of(Behaviour(tokens=2), 1, "A"))


async def test_words_come_at_their_pace_after_the_first_delay() -> None:
    async with fake_model() as model:
        began = asyncio.get_running_loop().time()
        got = await ask(model, question("fake:pace=50,tokens=10,first=0.2"))
        took = asyncio.get_running_loop().time() - began
    assert got.whole and got.chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert 0.38 < took < 2


@pytest.mark.parametrize("end", ["stop", "length", "content_filter"])
async def test_an_answer_ends_for_its_reason(end: End) -> None:
    async with fake_model() as model:
        model.script(Behaviour(end=end))
        got = await ask(model)
    assert got.chunks[-1]["choices"][0]["finish_reason"] == end
    assert got.body.endswith(b"data: [DONE]\n\n")


async def test_a_cut_closes_the_socket_in_the_middle_of_the_body() -> None:
    async with fake_model() as model:
        got = await ask(model, question("fake:tokens=3,end=cut"))
    assert not got.whole
    assert got.text == "".join(words_of(Behaviour(tokens=3), 1, "Hi"))


@pytest.mark.parametrize("end", ["silence", "pings"])
@pytest.mark.parametrize("tokens", [0, 3])
async def test_silence_lasts_until_the_other_side_leaves(tokens: int, end: str) -> None:
    async with fake_model() as model:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await ask(model, question(f"fake:tokens={tokens},end={end}"))
        assert (await ask(model)).whole


@pytest.mark.parametrize(
    ("end", "sign"),
    [
        ("error", b'"error":{"message"'),
        ("bad_json", b'"content":"CANARY'),
        ("not_sse", b"upstream connect error"),
    ],
)
async def test_junk_comes_after_the_words(end: End, sign: bytes) -> None:
    async with fake_model() as model:
        model.script(Behaviour(tokens=2, end=end))
        got = await ask(model)
    assert sign in got.body and b"[DONE]" not in got.body
    assert got.whole and CANARY in got.body.decode()


async def test_a_body_may_end_without_a_reason() -> None:
    async with fake_model() as model:
        model.script(Behaviour(end="no_finish"), Behaviour(end="done_only"))
        silent, done = await ask(model), await ask(model)
    assert silent.whole and b"[DONE]" not in silent.body
    assert done.body.endswith(b"[DONE]\n\n")
    assert all(chunk["choices"][0]["finish_reason"] is None for chunk in done.chunks)


async def test_usage_is_told_as_asked_always_or_never() -> None:
    asked = question(stream_options={"include_usage": True})
    async with fake_model() as model:
        model.script(Behaviour(), Behaviour(), Behaviour(usage="always"), Behaviour(usage="never"))
        bodies = (asked, question(), question(), asked)
        told = ["usage" in (await ask(model, body)).chunks[-1] for body in bodies]
    assert told == [True, False, True, False]


async def test_the_first_chunk_may_have_null_for_its_content() -> None:
    async with fake_model() as model:
        model.script(Behaviour(), Behaviour(null=True))
        contents = [(await ask(model)).chunks[0]["choices"][0]["delta"]["content"] for _ in "12"]
    assert contents == ["", None]


async def test_a_character_is_cut_between_two_reads() -> None:
    async with fake_model() as model:
        got = await ask(model, question("fake:tokens=3,split=1"))
    assert got.text == "".join(words_of(Behaviour(tokens=3, split=True), 1, "Hi"))
    assert "語" in got.text


async def test_a_word_may_be_huge_and_thoughts_come_before_words() -> None:
    async with fake_model() as model:
        got = await ask(model, question("fake:huge=200000,think=2,tokens=1"))
    deltas = [chunk["choices"][0]["delta"] for chunk in got.chunks]
    assert [bool(delta.get("reasoning_content")) for delta in deltas[:4]] == [
        False,
        True,
        True,
        False,
    ]
    assert len(deltas[3]["content"]) == 200_000


async def test_a_whole_completion_comes_when_no_stream_is_asked_or_none_is_there() -> None:
    async with fake_model() as model:
        unasked = await ask(model, question("fake:tokens=2", stream=False))
        unable = await ask(model, question("fake:tokens=2,form=json"))
    for got in (unasked, unable):
        assert got.headers["content-type"] == "application/json"
        assert got.json()["choices"][0]["message"]["content"].count(" ") == 2


@pytest.mark.parametrize(("form", "kind"), [("html", "text/html"), ("text", "text/plain")])
async def test_a_page_may_come_in_the_place_of_an_answer(form: str, kind: str) -> None:
    async with fake_model() as model:
        got = await ask(model, question(f"fake:form={form}"))
    assert (got.status, got.headers["content-type"].split(";")[0]) == (200, kind)


async def test_the_response_may_be_slow_to_begin() -> None:
    async with fake_model() as model:
        began = asyncio.get_running_loop().time()
        await ask(model, question("fake:head=0.2"))
        assert asyncio.get_running_loop().time() - began >= 0.2
