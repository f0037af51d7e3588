"""What came with a message is looked at: a model that can is shown it, and nobody waits for it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.attachments.samples import PNG

from aizuchi.answers import Finished, ToolCall
from aizuchi.brain import Turn
from aizuchi.endpoints import MAIN, Endpoint, Endpoints
from aizuchi.errors import ModelRequestRefused, ModelUnavailable, PicturesRefused
from aizuchi.events import Attachment, Message, Picture, Spoken, Unread, marked
from aizuchi.history import Fetch
from aizuchi.ports import PromptMessage
from aizuchi.prompt import NOT_SEEN, Brief
from aizuchi.sight import Sight
from aizuchi.testing.engine_contract.bench import message
from aizuchi.toolbox import Toolbox
from aizuchi.turns import Bounds

from .office import Part, ScriptedModel, desk, saying, using
from .test_tools import Counting, count

CAT, NOTES = Attachment("cat.png", "image/png"), Attachment("notes.txt", "text/plain")
CONTENTS: Mapping[str, bytes | Unread] = {"cat.png": PNG, "notes.txt": b"Buy milk."}
SEEN = Picture("image/png", PNG)
FETCH_S = 20.0


def fetching(contents: Mapping[str, bytes | Unread | float] = CONTENTS) -> Fetch:
    """Gets files by their names, at once or after these seconds."""

    async def fetch(message: Message, file: Attachment) -> bytes | Unread:
        found = contents[file.name]
        if isinstance(found, float):
            await asyncio.sleep(found)
            return b"late"
        return found

    return fetch


def sight(fetch: Fetch | None = None) -> Sight:
    return Sight({"test": fetch or fetching()}, FETCH_S)


def asking(*files: Attachment, turn_id: str = "1", text: str = "What is this?") -> Message:
    return message(turn_id, text=marked(text, files))._replace(attachments=files)


def question_in(prompt: list[PromptMessage] | tuple[PromptMessage, ...]) -> PromptMessage:
    return [each for each in prompt if each.role == "user"][-1]


async def test_a_model_is_shown_pictures_and_told_texts(tmp_path: Path) -> None:
    model = ScriptedModel(saying("A cat."))
    async with desk(tmp_path, model, sight=sight(), brief=Brief(closing="Be kind.")) as at:
        await at.say(asking(CAT, NOTES))
        answer = await at.read("1")
    assert answer.finished == Finished("answered", "A cat. ")
    asked = question_in([*model.prompts[0]])
    assert asked.images == (SEEN,)
    first, second, *_ = asked.text.split("\n")
    assert [first, second] == ["What is this?", "[cat.png (image/png)]"]
    assert "```\nBuy milk.\n```" in asked.text
    assert model.prompts[0][-1] == PromptMessage("system", "Be kind.")


async def test_later_a_file_is_known_by_its_name_alone(tmp_path: Path) -> None:
    model = ScriptedModel(saying("A cat."))
    async with desk(tmp_path, model, sight=sight()) as at:
        await at.say(asking(CAT, NOTES))
        await at.read("1")
        await at.ask("And its colour?", "2")
    before, _, asked = model.prompts[1]
    files = "[cat.png (image/png)]\n[notes.txt (text/plain)]"
    assert before == PromptMessage("user", f"What is this?\n{files}")
    assert asked == PromptMessage("user", "And its colour?")


async def test_a_model_that_cannot_see_is_told_so_and_so_is_the_person(tmp_path: Path) -> None:
    model = ScriptedModel(saying("No idea."))
    blind = Endpoints([Endpoint(MAIN, model, sees=False)])
    async with desk(tmp_path, blind, sight=sight()) as at:
        await at.say(asking(CAT))
        answer = await at.read("1")
    asked = question_in([*model.prompts[0]])
    assert asked == PromptMessage("user", f"What is this?\n[cat.png (image/png)]\n\n{NOT_SEEN}")
    assert answer.finished
    assert answer.finished.outcome == "answered"
    assert answer.finished.said.startswith("The model that answers here cannot see pictures")


async def test_pictures_that_are_refused_are_left_out_once(tmp_path: Path) -> None:
    model = ScriptedModel([PicturesRefused("no pictures")], saying("No idea."))
    async with desk(tmp_path, model, sight=sight()) as at:
        await at.say(asking(CAT))
        answer = await at.read("1")
    shown = [question_in([*prompt]).images for prompt in model.prompts]
    assert shown == [(SEEN,), ()]
    assert answer.finished
    assert "cannot see pictures" in answer.finished.said


async def test_what_is_refused_without_pictures_too_is_told_as_it_is(tmp_path: Path) -> None:
    model = ScriptedModel([PicturesRefused("no pictures")], [ModelRequestRefused("no")])
    async with desk(tmp_path, model, sight=sight()) as at:
        await at.say(asking(CAT))
        answer = await at.read("1")
    assert answer.finished
    assert (answer.finished.outcome, answer.finished.code) == ("failed", "model_request")
    assert len(model.prompts) == 2


async def test_once_refused_pictures_are_not_shown_in_later_rounds(tmp_path: Path) -> None:
    counting, call = Counting(), using(count("a"))
    model = ScriptedModel([PicturesRefused("no pictures")], call, saying("One."))
    tools = Toolbox([counting.tool])
    async with desk(tmp_path, model, sight=sight(), tools=tools) as at:
        await at.say(asking(CAT))
        answer = await at.read("1")
    assert [question_in([*prompt]).images for prompt in model.prompts] == [(SEEN,), (), ()]
    assert answer.finished
    assert "cannot see pictures" in answer.finished.said


async def test_a_fallback_that_cannot_see_is_asked_without_pictures(tmp_path: Path) -> None:
    first, second = ScriptedModel([ModelUnavailable("down")]), ScriptedModel(saying("No idea."))
    both = Endpoints([Endpoint(MAIN, first), Endpoint("small", second, sees=False)])
    async with desk(tmp_path, both, sight=sight()) as at:
        await at.say(asking(CAT))
        answer = await at.read("1")
    assert question_in([*first.prompts[0]]).images == (SEEN,)
    assert question_in([*second.prompts[0]]).images == ()
    assert answer.finished
    assert "cannot see pictures" in answer.finished.said


async def test_an_endpoint_that_takes_no_pictures_works(tmp_path: Path) -> None:
    """However often it is asked with some, it does not have to rest."""
    script: list[list[Part]] = [[PicturesRefused("no pictures")], saying("No idea.")]
    model = ScriptedModel(*script * 8)
    both = Endpoints([Endpoint(MAIN, model), Endpoint("other", ScriptedModel())])
    async with desk(tmp_path, both, sight=sight()) as at:
        for number in range(8):
            await at.say(asking(CAT, turn_id=f"{number}"))
            answer = await at.read(f"{number}")
            assert answer.text == "No idea. "
    assert [each.failures for each in both.standings()] == [0, 0]


async def test_every_round_sees_the_pictures(tmp_path: Path) -> None:
    model = ScriptedModel(using(ToolCall("a", "count", '{"what": "a"}')), saying("One."))
    async with desk(tmp_path, model, sight=sight(), tools=Toolbox([Counting().tool])) as at:
        await at.say(asking(CAT))
        await at.read("1")
    assert [question_in([*prompt]).images for prompt in model.prompts] == [(SEEN,), (SEEN,)]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("not_had", "I could not get cat.png."),
        ("not_let", "I may not open cat.png."),
        ("too_large", "I did not read cat.png:"),
        (b"<html>", "I could not read cat.png:"),
    ],
)
async def test_a_file_that_cannot_be_read_does_not_stop_the_answer(
    found: bytes | Unread, said: str, tmp_path: Path
) -> None:
    model = ScriptedModel(saying("As far as I can tell."))
    files = fetching({**CONTENTS, "cat.png": found})
    async with desk(tmp_path, model, sight=sight(files)) as at:
        await at.say(asking(CAT, NOTES))
        answer = await at.read("1")
    assert answer.finished
    assert answer.finished.outcome == "answered"
    assert answer.finished.said.startswith(said)
    assert answer.finished.code == "files_unread"
    asked = question_in([*model.prompts[0]])
    assert asked.images == ()
    assert "[cat.png (image/png)] cannot be read here" in asked.text
    assert "Buy milk." in asked.text


async def test_a_slow_file_is_not_waited_for_beyond_its_time(tmp_path: Path) -> None:
    loop, model = asyncio.get_running_loop(), ScriptedModel(saying("Yes."))
    late = fetching({**CONTENTS, "cat.png": 60.0})
    async with desk(tmp_path, model, sight=sight(late)) as at:
        began = loop.time()
        await at.say(asking(CAT, NOTES))
        answer = await at.read("1")
    assert FETCH_S <= loop.time() - began < FETCH_S + 2
    assert answer.finished
    assert answer.finished.said.startswith("I could not get cat.png.")


async def test_an_answer_that_is_over_leaves_no_download_behind(tmp_path: Path) -> None:
    model, late = ScriptedModel(saying("Yes.")), fetching({"cat.png": 15.0})
    bounds = Bounds(answer_within_s=20.0, call_timeout_s=10.0)
    async with desk(tmp_path, model, sight=sight(late), bounds=bounds) as at:
        await at.say(asking(CAT))
        answer = await at.read("1")
    assert answer.finished
    assert answer.finished.code == "took_too_long"
    assert not model.prompts


async def test_where_there_is_no_way_to_files_the_person_is_told(tmp_path: Path) -> None:
    model = ScriptedModel(saying("Yes."))
    async with desk(tmp_path, model, sight=Sight()) as at:
        await at.say(asking(CAT))
        answer = await at.read("1")
    assert answer.finished
    assert answer.finished.said.startswith("I may not open cat.png.")


async def test_a_person_is_told_in_their_language(tmp_path: Path) -> None:
    model, files = ScriptedModel(saying("はい。")), fetching({"cat.png": "not_had"})
    async with desk(tmp_path, model, sight=sight(files)) as at:
        await at.say(asking(CAT, text="これは何?"))
        answer = await at.read("1")
    assert answer.finished
    assert answer.finished.said.startswith("cat.pngを取得できませんでした。")


async def test_an_attempt_after_a_crash_gets_the_files_again(tmp_path: Path) -> None:
    """It was gone between the download and the model's first word."""
    hanging, model = ScriptedModel([3600.0]), ScriptedModel(saying("A cat."))
    async with desk(tmp_path, hanging, sight=sight()) as at:
        await at.say(asking(CAT))
        await asyncio.sleep(1.0)
        assert question_in([*hanging.prompts[0]]).images == (SEEN,)
    async with desk(tmp_path, model, sight=sight()) as at:
        answer = await at.read("1")
    assert question_in([*model.prompts[0]]).images == (SEEN,)
    assert answer.finished == Finished("answered", "A cat. ")


async def test_what_a_message_brought_along_is_had_from_the_store(tmp_path: Path) -> None:
    model = ScriptedModel(saying("A cat."))
    own = CAT._replace(key="1/0", content=PNG)
    async with desk(tmp_path, model, sight=Sight()) as at:
        await at.say(asking(own)._replace(surface="web"))
        answer = await at.read("1")
    assert question_in([*model.prompts[0]]).images == (SEEN,)
    assert answer.finished == Finished("answered", "A cat. ")


async def test_a_caller_s_pictures_stand_in_their_lines(tmp_path: Path) -> None:
    model = ScriptedModel(saying("Yes."))
    lines = (Spoken("user", "Look."), Spoken("assistant", "I do."), Spoken("user", "And this?"))
    files = (CAT._replace(line=0), CAT._replace(line=2))
    brought = asking(*files)._replace(history=lines)
    async with desk(tmp_path, model, sight=sight()) as at:
        await at.say(brought)
        await at.read("1")
    assert [each.images for each in model.prompts[0]] == [(SEEN,), (), (SEEN,)]
    assert [each.text for each in model.prompts[0]] == ["Look.", "I do.", "And this?"]


async def test_a_brain_of_one_s_own_is_given_what_came(tmp_path: Path) -> None:
    turns: list[Turn] = []

    async def answer(turn: Turn):  # type: ignore[no-untyped-def]  # as people write it
        turns.append(turn)
        yield "Seen."

    files = fetching({**CONTENTS, "cat.png": PNG, "gone.png": "not_had"})
    async with desk(tmp_path, ScriptedModel(saying("")), sight=sight(files), brain=answer) as at:
        await at.say(asking(CAT, NOTES, Attachment("gone.png", "image/png")))
        answered = await at.read("1")
    assert turns[0].pictures == (SEEN,)
    assert "Buy milk." in turns[0].text
    assert answered.finished
    assert answered.finished.said.startswith("I could not get gone.png.")
