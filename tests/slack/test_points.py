"""Each thing that nobody knows of Slack for certain, otherwise than assumed: all holds the same."""

from pathlib import Path

import pytest
from tests.slack.house import house_in, speaking

from aizuchi.simulator.slack import FLIPPED, Fault, Points, name_of

LONG = "word " * 5_000


@pytest.mark.parametrize("points", FLIPPED, ids=name_of)
async def test_every_way_of_asking(
    points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(tmp_path, monkeypatch, points)
    house.says(speaking(LONG, 0.05, 100))
    house.slack.faults.order(Fault(lost="reply"), "chat.startStream", after=1)
    async with house.open():
        said = [
            await house.ann.mentions("Is it so?", house.slack.general),
            await house.ann.mentions("Is it so?", house.slack.general),
            await house.ann.dm("Is it so?"),
        ]
        await house.rest(400)
        for each in said:
            assert "".join(house.answers(each)).count("word") == 5_000
        await house.ann.command("/ask", "Is it so?", house.slack.general)
        await house.rest(100)
    assert house.slack.transcript(house.ann).count("word") == 20_000
    house.slack.assert_clean()


@pytest.mark.parametrize("points", FLIPPED, ids=name_of)
async def test_where_a_workspace_has_neither_streams_nor_agents(
    points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(tmp_path, monkeypatch, points)
    house.says(speaking("word " * 100, 0.1))
    house.slack.state.has_streams = house.slack.state.has_agent_view = False
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
    assert house.answers(said) == [("word " * 100).strip()]
    house.slack.assert_clean()
