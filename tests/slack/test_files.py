"""Pictures and texts that are attached in Slack reach the model, or the person is told why not."""

from typing import Any

import pytest
from tests.attachments.samples import PNG
from tests.slack.house import ANSWER, House, speaking
from tests.slack.payloads import BOT, direct, mention, message
from tests.worker.office import ScriptedModel

from aizuchi.events import Attachment, Picture
from aizuchi.ports import PromptMessage

SHARED: dict[str, Any] = {
    "id": "F1",
    "name": "雨 `x`\n.jpg",
    "mimetype": "image/jpeg",
    "size": 7,
    "url_private": "https://files.slack.com/files-pri/T1-F1/rain.jpg",
    "mode": "hosted",
}
RAIN = Attachment("雨 _x_ .jpg", "image/jpeg", 7, SHARED["url_private"])
MARK = "[雨 _x_ .jpg (image/jpeg)]"

# ── what Slack says ──


def test_what_is_attached_is_named_and_kept() -> None:
    for event in (mention(files=[SHARED]), direct(files=[SHARED], subtype="file_share")):
        asked = message(event)
        assert asked.attachments == (RAIN,)
        assert asked.text == f"Is it raining?\n{MARK}"


def test_a_file_alone_is_a_question() -> None:
    for event in (mention(f"<@{BOT}>", files=[SHARED]), direct("", files=[SHARED])):
        asked = message(event)
        assert (asked.text, asked.command) == (MARK, "")


@pytest.mark.parametrize("files", [None, {}, "F1", [], ["F1", None, 7]])
def test_what_is_no_list_of_files_is_none(files: Any) -> None:
    assert message(mention(files=files)).attachments == ()


@pytest.mark.parametrize(
    "file",
    [
        {"id": "F1", "file_access": "check_file_info"},
        {"id": "F1", "mode": "tombstone"},
        {"id": "F1", "name": 7, "mimetype": [], "size": "7", "url_private": None},
    ],
)
def test_a_file_that_slack_does_not_show_is_named_all_the_same(file: dict[str, Any]) -> None:
    assert message(mention(files=[file])).attachments == (Attachment("file"),)


# ── what comes of it ──


def shown(model: ScriptedModel) -> PromptMessage:
    """The question that the model was asked last."""
    return [line for line in model.prompts[-1] if line.role == "user"][-1]


async def test_a_picture_and_a_text_reach_the_model(house: House) -> None:
    model = house.says(speaking(ANSWER))
    files = [
        house.ann.file("cat.png", PNG, "image/png"),
        house.ann.file("notes.txt", "牛乳を買う".encode()),
    ]
    async with house.open():
        said = await house.ann.mentions("What is it?", house.slack.general, files=files)
        await house.rest()
    assert house.answers(said) == [ANSWER]
    assert shown(model).images == (Picture("image/png", PNG),)
    assert shown(model).text.startswith("What is it?\n[cat.png (image/png)]\n[notes.txt")
    assert "```\n牛乳を買う\n```" in shown(model).text
    house.slack.assert_clean()


async def test_a_direct_message_may_be_a_picture_alone(house: House) -> None:
    model = house.says(speaking(ANSWER), speaking("And so on."))
    async with house.open():
        file = house.ann.file("cat.png", PNG, "image/png")
        said = await house.ann.dm("", files=[file])
        await house.rest()
        await house.ann.dm("And its colour?", said.thread)
        await house.rest()
    assert house.answers(said) == [ANSWER, "And so on."]
    before = next(line for line in model.prompts[1] if line.role == "user")
    assert before == PromptMessage("user", "[cat.png (image/png)]")
    assert shown(model).images == ()


async def test_a_file_that_comes_twice_is_answered_once(house: House) -> None:
    model = house.says(speaking(ANSWER))
    house.set(follow_threads=True)
    house.slack.state.subscribed.add("message.channels")
    file = house.ann.file("cat.png", PNG, "image/png")
    async with house.open():
        said = await house.ann.mentions("Hm?", house.slack.general, files=[file], times=3)
        await house.rest()
    assert house.answers(said) == [ANSWER]
    assert [len(shown(model).images), len(model.prompts)] == [1, 1]


async def test_without_the_scope_the_person_is_told_and_answered(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    model = house.says(speaking(ANSWER))
    house.slack.state.token_of(house.slack.team.id).scopes -= {"files:read"}
    file = house.ann.file("cat.png", PNG, "image/png")
    async with house.open():
        said = await house.ann.mentions("What is it?", house.slack.general, files=[file])
        await house.rest()
    (answer,) = house.answers(said)
    assert answer.startswith(ANSWER)
    assert "I may not open cat.png. Whoever runs me can allow it." in answer
    assert "Sign in" not in str(model.prompts)
    assert "files:read" in caplog.text
    house.slack.assert_clean()


async def test_where_files_are_not_wanted_none_is_opened(house: House) -> None:
    model = house.says(speaking(ANSWER))
    house.set(files=False)
    file = house.ann.file("cat.png", PNG, "image/png")
    async with house.open():
        said = await house.ann.mentions("What is it?", house.slack.general, files=[file])
        await house.rest()
    assert "I may not open cat.png." in house.answers(said)[0]
    assert shown(model).images == ()


async def test_after_a_restart_the_files_are_fetched_again(house: House) -> None:
    model = house.says(speaking(ANSWER))
    file = house.ann.file("cat.png", PNG, "image/png")
    async with house.open(works=False):
        said = await house.ann.mentions("What is it?", house.slack.general, files=[file])
    async with house.open():
        await house.rest()
    assert house.answers(said) == [ANSWER]
    assert shown(model).images == (Picture("image/png", PNG),)
