"""`aizuchi why` explains a message that was crashed, redelivered and rate-limited: the whole app on
a fake Slack, killed in mid-answer."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from tests.slack.house import House, house_in, speaking

from aizuchi.cli import main
from aizuchi.simulator.slack import Fault, Said
from aizuchi.simulator.slack.deliveries import Attempt
from aizuchi.testing import virtual_time

CRASHED = (
    "attempt 2 takes over: the one before left no end "
    "(its process died, was stopped, or froze past its lease)"
)
BUSY = "429, the platform had too much to do when asked {}: it asked for 3 s"
QUESTION, ANSWER = "SECRET question", "SECRET " + "answer, and at length. " * 20


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "afterwards"))
    return house_in(tmp_path / "home", monkeypatch)


async def crashed_redelivered_and_rate_limited(house: House) -> Said:
    """Slack's message comes twice, the process is killed in mid-answer, and the next one is told to
    wait when it wants to write."""
    house.says(speaking(ANSWER, every_s=1.0), speaking(ANSWER))
    async with house.open():
        said = await house.ann.mentions(QUESTION, house.slack.general)
        await asyncio.sleep(5)
        [delivery] = said.deliveries
        again = house.slack.deliveries.send(delivery.parcel, Attempt(1, "http_timeout"))
        assert (await again.first).status == 200
        await asyncio.sleep(2)
        killed(house)
    await asyncio.sleep(4)
    for method in ("chat.stopStream", "chat.update"):
        house.slack.faults.order(Fault(status=429, retry_after=3), method)
    async with house.open():
        await house.rest()
        house.slack.assert_clean()
    return said


def killed(house: House) -> None:
    """What the disk has now is all that the next process knows."""
    home = house.settings.home
    shutil.copytree(home, home.with_name("afterwards"))
    house.settings = house.settings._replace(home=home.with_name("afterwards"))


def test_all_three_are_told_with_their_times_and_reasons(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    said = virtual_time.run(crashed_redelivered_and_rate_limited(house))
    assert house.answers(said) == [ANSWER.strip()]
    assert main(["why", link_to(said)]) == 0
    told = capsys.readouterr().out
    assert re.findall(r"(\+[\d.]+) s  (.*)", told) == [
        ("+0.000", "attempt 1 begins"),
        ("+1.000", "the first words of the model"),
        ("+1.000", "page 1 is about to be posted"),
        ("+1.100", "page 1 stands there"),
        ("+5.000", "the same message came again: it was known, and is not answered twice"),
        ("+11.000", CRASHED),
        ("+11.100", "the first words of the model"),
        ("+11.200", BUSY.format("to close a stream")),
        ("+12.200", "the answer is complete and durable: the model is not asked again"),
        ("+12.400", BUSY.format("to rewrite a page")),
        ("+15.500", "settled as answered"),
    ]
    assert "accepted: authentic, and stored before it was acknowledged" in told
    assert f"from slack:{house.slack.team.id}:{house.ann.id}" in told
    assert "SECRET" not in told


def test_a_message_that_is_still_open_is_found_by_its_link(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    async def asked() -> Said:
        house.says(speaking(ANSWER, every_s=1.0))
        async with house.open():
            said = await house.ann.mentions(QUESTION, house.slack.general)
            await asyncio.sleep(5)
            killed(house)
        return said

    said = virtual_time.run(asked())
    assert main(["why", link_to(said)]) == 0
    told = capsys.readouterr().out
    assert "page 1 stands there" in told
    assert "it is not settled yet" in told


def link_to(said: Said) -> str:
    return f"https://acme.slack.com/archives/{said.channel}/p{said.ts.replace('.', '')}"
