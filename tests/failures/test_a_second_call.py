"""What goes wrong once is answered all the same, by the one further call there may be."""

from pathlib import Path

import pytest

from aizuchi.simulator.model import CANARY, Behaviour, words_of
from aizuchi.simulator.model.refusals import VENDORS

from .telling import place

pytestmark = pytest.mark.real_time

QUESTION = "What is it?"
FINE = Behaviour(tokens=5)
ONCE = {
    "503": Behaviour(fail="503"),
    "429": Behaviour(fail="429"),
    "cut": Behaviour(tokens=3, end="cut"),
    "error": Behaviour(tokens=3, end="error"),
    "bad-json": Behaviour(tokens=3, end="bad_json"),
    "no-end": Behaviour(tokens=3, end="no_finish"),
    "web-page": Behaviour(form="html"),
    "empty": Behaviour(tokens=0),
}


@pytest.mark.parametrize("name", ONCE)
async def test_what_fails_once_is_answered(name: str, tmp_path: Path) -> None:
    async with place(tmp_path, ONCE[name], FINE) as asked:
        told = await asked.ask(QUESTION)
    assert told.text == told.stored == "".join(words_of(FINE, 2, QUESTION))
    assert told.calls == 2
    assert not told.ends
    assert CANARY not in told.everything


async def test_text_that_was_shown_gives_way_to_the_second_answer(tmp_path: Path) -> None:
    async with place(tmp_path, ONCE["cut"], FINE) as asked:
        told = await asked.ask(QUESTION)
    shown = [chunk["delta"] for chunk in told.chunks("text-delta")]
    assert "".join(shown).startswith("".join(words_of(ONCE["cut"], 1, QUESTION)))
    assert len(told.chunks("reset-step")) == 1


@pytest.mark.parametrize(("form", "seconds"), [("seconds", 1.0), ("ms", 1.2), ("date", 2.0)])
async def test_a_short_wait_that_is_asked_for_is_waited(
    form: str, seconds: float, tmp_path: Path
) -> None:
    busy = Behaviour(fail="429", retry_after=seconds, retry_form=form)  # type: ignore[arg-type]
    async with place(tmp_path, busy, FINE) as asked:
        told = await asked.ask(QUESTION)
    a_date_has_whole_seconds = 1.0 if form == "date" else 0.0
    assert seconds - a_date_has_whole_seconds <= told.seconds < 5
    assert told.text == "".join(words_of(FINE, 2, QUESTION))


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_conversation_too_long_is_answered_without_its_older_half(
    vendor: str, tmp_path: Path
) -> None:
    small = Behaviour(tokens=10, context=30, vendor=vendor)
    async with place(tmp_path, small) as asked:
        told = [await asked.ask(f"Question number {turn}", f"m{turn}") for turn in range(4)]
    assert [one.calls for one in told] == [1, 1, 1, 2]
    assert told[-1].text == "".join(words_of(small, 5, "Question number 3"))
    assert not told[-1].ends
    before, after = asked.prompts[-2:]
    assert [line.text for line in after] == [line.text for line in before[4:]]


async def test_a_question_too_long_by_itself_is_told(tmp_path: Path) -> None:
    async with place(tmp_path, Behaviour(context=30)) as asked:
        told = await asked.ask("word " * 40)
    (end,) = told.ends
    assert (end["code"], told.calls) == ("context_overflow", 1)


async def test_a_long_wait_of_an_endpoint_in_trouble_is_not_waited(tmp_path: Path) -> None:
    async with place(tmp_path, Behaviour(fail="503", retry_after=30), FINE) as asked:
        told = await asked.ask(QUESTION)
    (end,) = told.ends
    assert (end["code"], told.calls) == ("model_unavailable", 1)
    assert told.seconds < 1
