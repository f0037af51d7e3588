"""Pictures and texts that are attached on Discord reach the model, however they are attached."""

from typing import Any

import pytest
from tests.attachments.samples import PNG
from tests.discord.house import ABOUT, House
from tests.discord.payloads import BOT, direct, heard, message, option, said, with_data
from tests.worker.office import ScriptedModel, saying

from aizuchi.events import Attachment, Picture
from aizuchi.ports import PromptMessage

ANSWER = "It is so."
PHOTO: dict[str, Any] = {
    "id": "4",
    "filename": "pie.png",
    "content_type": "image/png",
    "size": 7,
    "url": "https://cdn.discordapp.com/attachments/1/4/pie.png?ex=1",
}
PIE = Attachment("pie.png", "image/png", 7, PHOTO["url"])
THEIRS = {
    "id": "7",
    "content": "Look!",
    "author": {"id": "77", "username": "cho"},
    "attachments": [PHOTO],
}

# ── what Discord says ──


def test_what_is_attached_is_kept() -> None:
    assert heard(said(attachments=[PHOTO])).attachments == (PIE,)
    assert heard(direct("", attachments=[PHOTO])).attachments == (PIE,)
    assert heard(said()).attachments == ()


def test_what_is_attached_to_the_message_that_it_replies_to_is_kept() -> None:
    assert heard(said(type=19, referenced_message=THEIRS)).attachments == (PIE,)
    ours = {**THEIRS, "author": {"id": BOT}}
    assert heard(said(type=19, referenced_message=ours)).attachments == ()


def test_a_file_is_the_value_of_an_option() -> None:
    given = with_data(option("4", "photo", 11), resolved={"attachments": {"4": PHOTO}})
    asked = message(given)
    assert asked.attachments == (PIE,)
    assert asked.text == "[pie.png (image/png)]"


@pytest.mark.parametrize("resolved", [{}, {"attachments": None}, {"attachments": {"4": "pie"}}])
def test_a_file_that_is_not_told_of_is_none(resolved: dict[str, Any]) -> None:
    assert message(with_data(option("4", "photo", 11), resolved=resolved)).attachments == ()


def test_the_files_of_a_message_that_is_asked_about_are_kept() -> None:
    about = {"name": "Ask about this", "type": 3, "target_id": "7"}
    asked = message(with_data(**about, resolved={"messages": {"7": THEIRS}}))
    assert asked.attachments == (PIE,)


# ── what comes of it ──


def shown(model: ScriptedModel) -> PromptMessage:
    """The question that the model was asked last."""
    return [line for line in model.prompts[-1] if line.role == "user"][-1]


async def test_a_mention_brings_its_files(house: House) -> None:
    model = house.says(saying(ANSWER))
    files = (
        house.ann.file("cat.png", PNG, "image/png"),
        house.ann.file("notes.txt", b"Buy milk.", ""),
        house.ann.file("plan.pdf", b"%PDF-1.7", "application/pdf"),
    )
    mention = f"<@{house.discord.state.bot.id}> What is it?"
    async with house.open():
        await house.ann.says(mention, house.general, files=files)
        await house.rest()
    assert shown(model).images == (Picture("image/png", PNG),)
    assert "```\nBuy milk.\n```" in shown(model).text
    (answer,) = house.answers()
    assert answer.startswith(ANSWER)
    assert "I could not read plan.pdf: I read pictures" in answer


async def test_a_message_is_asked_about_with_its_picture(house: House) -> None:
    model = house.says(saying(ANSWER))
    async with house.open():
        file = house.bob.file("cat.png", PNG, "image/png")
        photo = await house.bob.says("Look!", house.general, files=(file,))
        target = house.discord.state.messages[photo.id]
        await house.ann.message_command(ABOUT["name"], target)  # type: ignore[arg-type]
        await house.rest()
    assert house.answers() == [ANSWER]
    assert shown(model).images == (Picture("image/png", PNG),)


async def test_a_command_brings_its_file_and_again_does_so_too(house: House) -> None:
    model = house.says(saying(ANSWER), saying("Again."))
    house.set(buttons=True)
    photo = {"name": "photo", "description": "A photo", "type": 11}
    look = {"name": "look", "description": "Look", "type": 1, "integration_types": [0, 1]}
    house.discord.register({**look, "options": [photo]})
    async with house.open():
        file = house.ann.file("cat.png", PNG, "image/png")
        await house.ann.command("look", {"photo": file}, house.general)
        await house.rest()
        await house.ann.clicks(house.messages()[-1], "Ask again")
        await house.rest()
    assert [prompt[-1].images for prompt in model.prompts] == [(Picture("image/png", PNG),)] * 2


async def test_a_file_that_is_gone_does_not_stop_the_answer(house: House) -> None:
    house.says(saying(ANSWER))
    async with house.open():
        file = house.ann.file("cat.png", PNG, "image/png")
        house.discord.state.attachments.clear()
        await house.ann.says("What is it?", house.ann.direct, files=(file,))
        await house.rest()
    (answer,) = house.answers(house.ann.direct)
    assert answer.startswith(ANSWER)
    assert "I could not get cat.png." in answer
