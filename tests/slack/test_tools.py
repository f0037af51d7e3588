"""What the assistant does on the way shows in Slack: cards in a stream, a status line without."""

from pathlib import Path

import pytest
from tests.slack.house import House, speaking
from tests.worker.office import using

from aizuchi.answers import ToolCall
from aizuchi.settings.tools import BotSettings
from aizuchi.simulator.slack.blocks import shown as shown_block
from aizuchi.simulator.slack.people import Person
from aizuchi.simulator.slack.things import Message

BOT = '''
import asyncio
from aizuchi import Bot

bot = Bot()

@bot.tool
async def search(what: str) -> str:
    """Searches."""
    await asyncio.sleep(3)
    return f"all about {what}"
'''
SEARCH = ToolCall("a", "search", '{"what": "leaves"}')
UNKNOWN = ToolCall("b", "<!channel> no", "{}")


def with_tools(house: House, folder: Path) -> None:
    (folder / "bot.py").write_text(BOT)
    house.settings = house.settings._replace(folder=folder, bot=BotSettings())


def tasks_of(house: House) -> list[tuple[str, str]]:
    """The cards as they stood in the end."""
    streams = [one.stream for one in house.slack.state.messages.values() if one.stream]
    cards = [card for stream in streams for card in stream.tasks.values()]
    return [(card["title"], card["status"]) for card in cards]


async def test_steps_are_cards_of_the_stream(house: House, tmp_path: Path) -> None:
    house.says(using(SEARCH, UNKNOWN), speaking("They are red."))
    with_tools(house, tmp_path)
    async with house.open():
        said = await house.ann.mentions("Where?", house.slack.general)
        await house.rest()
    assert house.answers(said) == ["They are red."]
    assert tasks_of(house) == [("Using search", "complete"), ("Using channelno", "error")]
    assert len(house.calls("chat.startStream")) == 1
    house.slack.assert_clean()


async def test_without_streams_the_step_is_the_status(house: House, tmp_path: Path) -> None:
    house.says(using(SEARCH), speaking("They are red."))
    with_tools(house, tmp_path)
    house.slack.state.has_streams = False
    house.slack.state.has_agent_view = False
    async with house.open():
        said = await house.ann.mentions("Where?", house.slack.general)
        await house.rest()
    assert house.answers(said) == ["They are red."]
    shown = [made.arguments.get("status") for made in house.calls("assistant.threads.setStatus")]
    assert "Using search" in shown
    house.slack.assert_clean()


# ── what has to be allowed ────────────────────────────────────────────────────

UNSAFE = '''
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
DELETE = ToolCall("d", "delete", '{"path": "<!channel>.txt"}')


def with_unsafe(house: House, folder: Path, *approvers: str) -> Path:
    with_tools(house, folder)
    (folder / "bot.py").write_text(UNSAFE)
    tools = house.settings.tools._replace(approvers=approvers)
    house.settings = house.settings._replace(tools=tools)
    return folder / "deleted"


def asked_in(house: House) -> tuple[Message, dict[str, str]]:
    """The message that asks, and what its buttons carry, by their actions."""
    for message in house.slack.state.messages.values():
        for block in message.blocks:
            if block["type"] == "actions":
                return message, {one["action_id"]: one["value"] for one in block["elements"]}
    raise AssertionError("nothing is asked")


async def click(house: House, who: Person, action: str) -> None:
    message, values = asked_in(house)
    await who.clicks(message, action, values[action])
    await house.rest()


@pytest.mark.parametrize("where", ["mention", "direct"])
async def test_a_click_allows_it_and_the_thread_goes_on(
    house: House, tmp_path: Path, where: str
) -> None:
    model = house.says(using(DELETE, text="Gladly."), speaking("It is gone."))
    deleted = with_unsafe(house, tmp_path)
    async with house.open():
        if where == "direct":
            said = await house.ann.dm("Delete it")
        else:
            said = await house.ann.mentions("Delete it", house.slack.general)
        await house.rest()
        question = asked_in(house)[0]
        await click(house, house.ann, "aizuchi_yes")
        assert deleted.read_text() == "<!channel>.txt"
        await click(house, house.ann, "aizuchi_no")
    assert deleted.read_text() == "<!channel>.txt"
    shown = [shown_block(block) for block in question.blocks]
    assert shown[0].startswith("May I do this?")
    assert "<!channel>" not in shown[0]
    assert shown[1] == "[Yes, do it][No]"
    assert house.answers(said)[0] == "Gladly."
    assert "It is gone." in house.answers(said)
    assert "It is gone" not in str(model.prompts[0])
    house.slack.assert_clean()


async def test_nobody_else_decides_and_they_are_told_alone(house: House, tmp_path: Path) -> None:
    house.says(using(DELETE), speaking("It is gone."))
    deleted = with_unsafe(house, tmp_path)
    async with house.open():
        said = await house.ann.mentions("Delete it", house.slack.general)
        await house.rest()
        await click(house, house.bob, "aizuchi_yes")
        assert not deleted.exists()
        assert "Only who asked for this" in house.slack.transcript(house.bob)
        assert "Only who asked for this" not in house.slack.transcript(house.ann)
        await click(house, house.ann, "aizuchi_yes")
        await click(house, house.ann, "aizuchi_yes")
    assert deleted.read_text() == "<!channel>.txt"
    assert house.answers(said)[-1] == "It is gone."
    assert "has been decided already" in house.slack.transcript(house.ann)
    house.slack.assert_clean()


async def test_an_approver_may_decide(house: House, tmp_path: Path) -> None:
    house.says(using(DELETE), speaking("Then not."))
    deleted = with_unsafe(house, tmp_path, f"slack:{house.bob.id}")
    async with house.open():
        said = await house.ann.mentions("Delete it", house.slack.general)
        await house.rest()
        await click(house, house.bob, "aizuchi_no")
    assert not deleted.exists()
    assert house.answers(said)[-1] == "Then not."
    house.slack.assert_clean()


async def test_a_command_asks_in_private_and_goes_on_after_a_restart(
    house: House, tmp_path: Path
) -> None:
    house.says(using(DELETE), speaking("It is gone."))
    deleted = with_unsafe(house, tmp_path)
    async with house.open():
        await house.ann.command("/ask", "Delete it", house.slack.general)
        await house.rest()
    async with house.open():
        await click(house, house.ann, "aizuchi_yes")
    assert deleted.read_text() == "<!channel>.txt"
    assert "It is gone." in house.slack.transcript(house.ann)
    assert "It is gone." not in house.slack.transcript(house.bob)
    house.slack.assert_clean()


async def test_after_an_hour_the_thread_is_told_that_nobody_decided(
    house: House, tmp_path: Path
) -> None:
    house.says(using(DELETE), speaking("never said"))
    deleted = with_unsafe(house, tmp_path)
    async with house.open():
        said = await house.ann.mentions("Delete it", house.slack.general)
        await house.rest(3700)
        await click(house, house.ann, "aizuchi_yes")
    assert not deleted.exists()
    assert "Nobody decided within 60 minutes" in house.answers(said)[-1]
    house.slack.assert_clean()
