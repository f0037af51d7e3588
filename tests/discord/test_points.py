"""Each thing that nobody knows of Discord for certain, otherwise than assumed: all holds."""

from pathlib import Path

import pytest
from tests.discord.house import house_in
from tests.discord.test_expiry import after
from tests.discord.test_flows import ANSWER, speaking

from aizuchi.simulator.discord import FLIPPED, Fault, Points, name_of

WORDS = 1_200
LONG = "word 👍 " * WORDS


@pytest.mark.parametrize("points", FLIPPED, ids=name_of)
async def test_every_way_of_asking(
    points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(tmp_path, monkeypatch, points)
    house.says(speaking(LONG, 0.05, 100))
    house.discord.faults.order(Fault(lost="reply"), "POST /webhooks/{app}/{token}")
    house.discord.ack_lag_s = 1.0
    async with house.open():
        await house.asks()
        await house.bob.mentions("Is it so?", house.general)
        await house.ann.dm("Is it so?")
        await house.rest(300)
    assert "\n".join(house.answers()).count("word") == 2 * WORDS
    assert "\n".join(house.answers(house.ann.direct)).count("word") == WORDS
    house.discord.assert_clean()


@pytest.mark.parametrize("points", FLIPPED, ids=name_of)
async def test_a_late_answer_and_one_whose_token_dies(
    points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_in(tmp_path, monkeypatch, points)
    house.limit(answer_within_s=3_700)
    house.says(after(901.0), speaking("It is not.", 10.0, 5), after(30.0, "Perhaps."))
    async with house.open():
        await house.asks()
        await house.rest(950)
        growing = await house.asks("And now?")
        await house.rest(15)
        house.discord.kill(growing.interaction)
        await house.rest(60)
        thinking = await house.asks("And then?")
        house.discord.kill(thinking.interaction)
        await house.rest(90)
    assert [text for text in house.answers() if text in (ANSWER, "It is not.", "Perhaps.")] == [
        ANSWER,
        "It is not.",
        "Perhaps.",
    ]
    house.discord.assert_clean()
