"""What an answer is reminded of: a window, notes of what no longer fits, and no word of anybody who
was forgotten."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from aizuchi.answers import Finished
from aizuchi.attempt import cancel
from aizuchi.errors import ModelUnavailable
from aizuchi.orders import RESET
from aizuchi.ports import Ending, PromptMessage, Text
from aizuchi.prompt import SUMMARISED, Brief, shortened
from aizuchi.recall import Window, fitting, overflowing, tokens_of
from aizuchi.testing.engine_contract.bench import message

from .office import Desk, Part, ScriptedModel, desk, saying

BRIEF = Brief(instructions="Be kind.", closing="Nod.", turns=4)
NOTES: list[Part] = [Text("They spoke of trains."), Ending("stop", 30, 5)]


async def talk(at: Desk, *turns: str, conversation: str = "talk") -> None:
    for turn in turns:
        await at.ask(f"question {turn}", turn, conversation)
        await asyncio.sleep(1)


def questions(prompt: Sequence[PromptMessage]) -> list[str]:
    return [each.text for each in prompt if each.role == "user"]


async def test_what_no_longer_fits_stands_there_in_short_as_data(tmp_path: Path) -> None:
    model, notes = ScriptedModel(saying("yes")), ScriptedModel(NOTES)
    async with desk(tmp_path, model, brief=BRIEF, notes=notes) as at:
        await talk(at, *"12345")
    told, *rest = questions(model.prompts[-1])
    assert told == f'{SUMMARISED}\n["They spoke of trains."]'
    assert rest == ["question 3", "question 4", "question 5"]
    assert (model.prompts[-1][0].text, model.prompts[-1][-1].text) == ("Be kind.", "Nod.")
    assert len(notes.prompts) == 1


async def test_notes_go_on_from_the_notes_so_far(tmp_path: Path) -> None:
    notes = ScriptedModel(NOTES, [Text("And of ships."), Ending("stop")])
    async with desk(tmp_path, ScriptedModel(saying("yes")), brief=BRIEF, notes=notes) as at:
        await talk(at, *"123456")
        recalled = await at.engine.memory.recall(message("x"), "thread", Window(4))
    material = json.loads(notes.prompts[1][1].text)
    assert material["notes"] == "They spoke of trains."
    assert [each["asked"] for each in material["exchanges"]] == ["question 3", "question 4"]
    assert list(recalled.summaries) == ["And of ships."]


async def test_no_answer_waits_for_notes(tmp_path: Path) -> None:
    notes = ScriptedModel([10_000.0])
    async with desk(tmp_path, ScriptedModel(saying("yes")), brief=BRIEF, notes=notes) as at:
        began = asyncio.get_running_loop().time()
        await talk(at, *"1234567")
        took = asyncio.get_running_loop().time() - began
    assert notes.prompts
    assert took < 10


@pytest.mark.parametrize(
    "failing",
    [
        [ModelUnavailable("503")],
        [ValueError("a bug of a plug")],
        [Text("  "), Ending("stop")],
        [Text("half of the no"), 10_000.0],
    ],
    ids=["trouble", "bug", "empty", "silent"],
)
async def test_notes_that_fail_change_nothing_and_are_tried_again(
    tmp_path: Path, failing: list[Part]
) -> None:
    model, notes = ScriptedModel(saying("yes")), ScriptedModel(failing, NOTES)
    async with desk(tmp_path, model, brief=BRIEF, notes=notes) as at:
        await talk(at, *"12345")
        unharmed = questions(model.prompts[-1])
        await asyncio.sleep(100)
        await talk(at, *"67")
    assert unharmed == ["question 1", "question 2", "question 3", "question 4", "question 5"]
    assert questions(model.prompts[-1])[0].startswith(SUMMARISED)


async def test_only_an_answer_is_an_occasion_for_notes(tmp_path: Path) -> None:
    """So a message that fails costs no more calls than it must."""
    model = ScriptedModel(*[saying("yes")] * 3, [ModelUnavailable("503")])
    notes = ScriptedModel(NOTES)
    async with desk(tmp_path, model, brief=BRIEF._replace(turns=3), notes=notes) as at:
        await at.engine.memory.due()
        await talk(at, "1", "2")
        await talk(at, "4", conversation="other talk")
        asked = len(notes.prompts)
        await talk(at, "5", "6")
    assert (asked, len(notes.prompts)) == (0, 0)


async def test_reset_forgets_the_notes_too(tmp_path: Path) -> None:
    model = ScriptedModel(saying("yes"))
    async with desk(tmp_path, model, brief=BRIEF, notes=ScriptedModel(NOTES)) as at:
        await talk(at, *"1234")
        await at.ask("reset", "5")
        await talk(at, "6")
    assert questions(model.prompts[-1]) == ["question 6"]


async def test_a_reset_that_was_told_holds_though_its_process_died(tmp_path: Path) -> None:
    """Its end was written by one process, and is settled by the next one."""
    model = ScriptedModel(saying("yes"))
    async with desk(tmp_path, model) as at:
        await talk(at, "1")
        said = [message("2", text="reset"), message("3", text="question 3")]
        await cancel(*at.working)
        await at.say(*said)
        await at.die_once_finished(Finished("answered", "Done", code=RESET))
    async with desk(tmp_path, model) as at:
        await at.read("3")
    assert questions(model.prompts[-1]) == ["question 3"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("forget me", "Deleted: 3 of your messages"), (" Forget Me ", "(conversations: 2)")],
)
async def test_forget_me_says_what_it_did_without_the_model(
    tmp_path: Path, text: str, said: str
) -> None:
    model = ScriptedModel(saying("yes"))
    async with desk(tmp_path, model) as at:
        await talk(at, "1", "2")
        await talk(at, "3", conversation="other talk")
        answer = await at.ask(text, "4")
        await talk(at, "5")
        held = await at.engine.memory.export("test:home:ann")
    assert answer.finished
    assert said in answer.finished.said
    assert questions(model.prompts[-1]) == ["question 5"]
    assert [own.said.question for own in held] == [text, "question 5"]


async def test_forget_me_speaks_the_persons_language(tmp_path: Path) -> None:
    async with desk(tmp_path, ScriptedModel(saying("はい"))) as at:
        await at.say(message("1", text="forget me")._replace(locale="ja-JP"))
        answer = await at.read("1")
    assert answer.finished
    assert answer.finished.said.startswith("削除しました")


@pytest.mark.parametrize("text", ["please forget me", "forget me not", "reset me"])
async def test_only_the_exact_words_are_an_order(tmp_path: Path, text: str) -> None:
    model = ScriptedModel(saying("yes"))
    async with desk(tmp_path, model) as at:
        await talk(at, "1")
        await at.ask(text, "2")
    assert questions(model.prompts[-1]) == ["question 1", text]


async def test_notes_shared_with_somebody_forgotten_are_written_anew(tmp_path: Path) -> None:
    notes = ScriptedModel([Text("What ann said."), Ending("stop")], NOTES)
    async with desk(tmp_path, ScriptedModel(saying("yes")), brief=BRIEF, notes=notes) as at:
        for turn, sender in enumerate(["ann", "bob", "bob", "bob", "bob", "bob"]):
            said = message(f"h{turn}", "hall", sender=sender, place="hall", audience="shared")
            await at.say(said)
            await at.read(f"h{turn}")
            await asyncio.sleep(1)
        await at.ask("forget me", "wish")
        await asyncio.sleep(1)
        asking = message("x", "hall", sender="bob", place="hall", audience="shared")
        recalled = await at.engine.memory.recall(asking, "thread", Window(4))
    assert list(recalled.summaries) == ["They spoke of trains."]
    assert "question h0" not in notes.prompts[-1][1].text


def test_a_prompt_that_is_too_long_keeps_the_notes_and_whole_exchanges() -> None:
    pairs = [PromptMessage(role, f"{n}") for n in range(4) for role in ("user", "assistant")]
    head = [PromptMessage("system", "Be kind."), PromptMessage("user", f"{SUMMARISED}\n[]")]
    prompt = [*head, *pairs, PromptMessage("user", "now"), PromptMessage("system", "Nod.")]
    assert shortened(prompt) == [*head, *pairs[4:], *prompt[-2:]]


@pytest.mark.parametrize(
    ("costs", "window", "fits", "overflows"),
    [
        ([], Window(4), 0, 0),
        ([1, 1, 1], Window(4), 3, 0),
        ([1, 1, 1, 1], Window(4), 4, 2),
        ([1] * 9, Window(4), 4, 7),
        ([5, 5, 5], Window(9, tokens=11), 2, 2),
        ([5, 5], Window(9, tokens=11), 2, 0),
        ([50], Window(9, tokens=11), 1, 0),
        ([50, 50], Window(9, tokens=11), 1, 1),
        ([50, 50, 1], Window(9, tokens=11), 1, 1),
        ([1, 1, 1], Window(1), 1, 2),
        ([1, 1, 1], Window(0), 0, 0),
    ],
)
def test_what_fits_and_what_goes_into_notes(
    costs: list[int], window: Window, fits: int, overflows: int
) -> None:
    assert (fitting(costs, window), overflowing(costs, window)) == (fits, overflows)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("Is it raining today?", 5), ("今日は雨ですか?", 7), ("🙂", 1), ("Grüße", 2)],
)
def test_tokens_are_estimated_by_the_letters(text: str, tokens: int) -> None:
    assert tokens_of(text) == tokens
