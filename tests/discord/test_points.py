"""Each thing that nobody knows of Discord, otherwise than assumed: all holds the same."""

from pathlib import Path

import pytest
from tests.discord.house import House, house_in
from tests.discord.test_flows import FOLLOWUP, ORIGINAL, POST, speaking

from aizuchi.simulator.discord import FLIPPED, Fault, Points, name_of

LONG = "\n\n".join(["word 👍 " * 80] * 10).strip()
WORDS = 800


def words(house: House) -> int:
    return house.discord.transcript(house.ann).count("word")


@pytest.mark.parametrize("points", FLIPPED, ids=name_of)
async def test_every_way_of_asking(
    points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(tmp_path, monkeypatch, points)
    house.says(speaking(LONG, 0.05, 100))
    house.discord.faults.order(Fault(lost="reply"), ORIGINAL)
    house.discord.faults.order(Fault(lost="reply"), FOLLOWUP)
    house.discord.faults.order(Fault(lost="reply"), POST)
    async with house.open():
        await house.asks(times=2)
        await house.rest(120)
        assert words(house) == WORDS
        await house.ann.mentions("Is it so?", house.general, times=2)
        await house.ann.dm("Is it so?")
        await house.rest(240)
    assert words(house) == 3 * WORDS
    house.discord.assert_clean()


@pytest.mark.parametrize("points", FLIPPED, ids=name_of)
async def test_commands_over_the_gateway(
    points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(tmp_path, monkeypatch, points)
    house.by_requests = False
    house.says(speaking(LONG, 0.05, 100))
    async with house.open():
        await house.asks(times=2)
        await house.rest(120)
    assert words(house) == WORDS
    house.discord.assert_clean()


@pytest.mark.parametrize("points", FLIPPED, ids=name_of)
async def test_a_token_that_dies_early_and_one_that_dies_of_age(
    points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(tmp_path, monkeypatch, points)
    house.limit(answer_within_s=3_700.0)
    house.says([5.0, *speaking(LONG, 0.05, 100)], [1_000.0, *speaking(LONG, 0.05, 100)])
    async with house.open():
        said = await house.asks()
        house.discord.kill(said.interaction)
        await house.rest(120)
        assert words(house) == WORDS
        await house.asks()
        await house.rest(1_200)
    assert words(house) == 2 * WORDS
    house.discord.assert_clean()
