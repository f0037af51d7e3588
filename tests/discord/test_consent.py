"""What has to be allowed is asked for on Discord with two buttons, and done once it is."""

from copy import copy
from pathlib import Path

import pytest
from tests.discord.house import House, labels
from tests.discord.test_flows import speaking
from tests.worker.office import using

from aizuchi.answers import ToolCall
from aizuchi.simulator.discord.things import Message

BOT = '''
import pathlib
from aizuchi import Bot

bot = Bot()

@bot.tool(unsafe=True)
async def delete(path: str) -> str:
    """Deletes a file."""
    with pathlib.Path(__file__).with_name("deleted").open("a") as deleted:
        deleted.write(path)
    return "gone"
'''
DELETE = ToolCall("d", "delete", '{"path": "@everyone.txt"}')


def with_tool(house: House, folder: Path, *approvers: str) -> Path:
    (folder / "bot.py").write_text(BOT)
    tools = house.settings.tools._replace(approvers=approvers)
    house.settings = house.settings._replace(folder=folder, tools=tools)
    return folder / "deleted"


def asked_in(house: House) -> Message:
    """The message that asks."""
    every = house.discord.state.messages.values()
    return next(message for message in every if "Yes, do it" in labels(message))


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_a_click_allows_it_and_the_answer_goes_on(
    house: House, tmp_path: Path, ephemeral: bool
) -> None:
    house.says(using(DELETE, text="Gladly."), speaking("It is gone."))
    house.set(ephemeral=ephemeral)
    deleted = with_tool(house, tmp_path)
    async with house.open():
        await house.asks("Delete it")
        await house.rest()
        question = asked_in(house)
        assert "May I do this?" in question.content
        assert labels(question) == ["Yes, do it", "No"]
        await house.ann.clicks(question, "Yes, do it")
        await house.rest()
    assert deleted.read_text() == "@everyone.txt"
    every = [one for one in house.discord.state.messages.values() if one.content]
    assert [every[0].content, every[-1].content] == ["Gladly.", "It is gone."]
    assert {bool(one.ephemeral_to) for one in every} == {ephemeral}


async def test_nobody_else_decides_and_they_are_told_alone(house: House, tmp_path: Path) -> None:
    house.says(using(DELETE), speaking("Then not."))
    deleted = with_tool(house, tmp_path)
    async with house.open():
        await house.asks("Delete it")
        await house.rest()
        other = await house.bob.clicks(asked_in(house), "Yes, do it")
        told = house.discord.shown(other)
        assert "Only who asked for this" in told.content
        assert told.ephemeral_to == house.bob.id
        await house.ann.clicks(asked_in(house), "No")
        await house.rest()
    assert not deleted.exists()
    assert house.answers()[-1] == "Then not."


async def test_a_question_loses_its_buttons_once_it_is_decided(
    house: House, tmp_path: Path
) -> None:
    house.says(using(DELETE), speaking("It is gone.", every_s=2.0, size=4))
    with_tool(house, tmp_path)
    async with house.open():
        await house.asks("Delete it")
        await house.rest()
        question = asked_in(house)
        said = question.content
        await house.ann.clicks(question, "Yes, do it")
        await house.rest(0.5)
        assert (labels(question), question.content) == ([], said)
        assert house.answers()[-1] != "It is gone."
        await house.rest()


@pytest.mark.parametrize("by_requests", [True, False])
async def test_who_clicks_later_is_told_so_alone_however_often(
    house: House, tmp_path: Path, by_requests: bool
) -> None:
    house.by_requests = by_requests
    house.says(using(DELETE), speaking("Then not."))
    deleted = with_tool(house, tmp_path, f"discord:{house.bob.id}")
    async with house.open():
        await house.asks("Delete it")
        await house.rest()
        stale = copy(asked_in(house))
        await house.ann.clicks(stale, "No")
        await house.rest()
        for person in (house.bob, house.ann, house.ann):
            told = house.discord.shown(await person.clicks(stale, "Yes, do it"))
            assert "has been decided already" in told.content
            assert told.ephemeral_to == person.id
        await house.rest()
    assert not deleted.exists()
    assert [text for text in house.answers() if "decided" in text] == []


async def test_copies_of_the_click_that_counts_change_nothing(house: House, tmp_path: Path) -> None:
    house.says(using(DELETE), speaking("It is gone."))
    deleted = with_tool(house, tmp_path)
    async with house.open():
        await house.asks("Delete it")
        await house.rest()
        clicked = await house.ann.clicks(asked_in(house), "Yes, do it", times=3)
        await house.rest()
    assert [ack.json() for ack in clicked.acks] == [{"type": 5}] * 3
    assert deleted.read_text() == "@everyone.txt"
    assert house.answers()[-1] == "It is gone."


async def test_a_question_that_nobody_knows_any_more_is_told_of_alone(
    house: House, tmp_path: Path
) -> None:
    house.says(using(DELETE), speaking("It is gone."))
    with_tool(house, tmp_path)
    async with house.open():
        await house.asks("Delete it")
        await house.rest()
        question = asked_in(house)
        await house.asks("forget me")
        await house.rest()
        told = await house.ann.clicks(question, "Yes, do it")
        await house.rest()
        assert told.interaction
        assert house.discord.state.messages[told.interaction.original].deleted
    assert "has been decided already" in house.discord.transcript(house.ann)
    assert "has been decided already" not in house.discord.transcript(house.bob)


async def test_an_approver_may_decide(house: House, tmp_path: Path) -> None:
    house.says(using(DELETE), speaking("It is gone."))
    deleted = with_tool(house, tmp_path, f"discord:{house.bob.id}")
    async with house.open():
        await house.asks("Delete it")
        await house.rest()
        await house.bob.clicks(asked_in(house), "Yes, do it")
        await house.rest()
    assert deleted.read_text() == "@everyone.txt"
    assert house.answers()[-1] == "It is gone."


async def test_questions_that_follow_from_questions_are_asked_too(
    house: House, tmp_path: Path
) -> None:
    house.set(ephemeral=True)
    calls = [ToolCall(str(n), "delete", f'{{"path": "{n}"}}') for n in range(5)]
    house.says(*(using(call) for call in calls), speaking("All of it is gone."))
    deleted = with_tool(house, tmp_path)
    async with house.open():
        await house.asks("Delete it")
        for number in range(5):
            await house.rest()
            every = house.discord.state.messages.values()
            (question,) = [one for one in every if f'"{number}"' in one.content]
            await house.ann.clicks(question, "Yes, do it")
        await house.rest()
    assert deleted.read_text() == "01234"
    assert "All of it is gone." in house.discord.transcript(house.ann)
