"""`aizuchi why`, `usage` and `export` read an installation on AWS and take no work from it."""

import asyncio
import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.deploy.accounts import environment_of
from tests.engines.clouds import furnished
from tests.simulator.aws_house import Account
from tests.simulator.conftest import their_account  # noqa: F401 - a fixture

from aizuchi.answers import Finished, Posting, Shown
from aizuchi.cli import main
from aizuchi.engines.aws.opening import Cloud, open_engine
from aizuchi.engines.aws.queues import Addresses
from aizuchi.history import Event, Note
from aizuchi.ports import Engine, Settlement
from aizuchi.testing.engine_contract.bench import accept, claim_now, message, running

TURN, WORDS = "slack:1712345678.901234:T1:C1", "SECRET"
FAILED, INCIDENT = "slack:1712345679.000000:T1:C1", "4711abcd"
LINK = "https://kiso.slack.com/archives/C1"


async def fill(cloud: Cloud) -> Cloud:
    """Two turns that have ended, a chat of two, and one that waits."""
    made = await furnished(cloud, suffix="-prod")
    async with running(partial(open_engine, made, clock=time.time)) as engine:
        await answered(engine, TURN, Finished("answered", WORDS), ref="1712345690.000100")
        await engine.traces.note([Note(TURN, Event(time.time(), "came_again"))])
        await answered(engine, FAILED, Finished("failed", "", WORDS, "bug", INCIDENT))
        await answered(engine, "w1", Finished("answered", WORDS), "web:c1:ann")
        await accept(engine, message("w2", "web:c1:ann", text=WORDS))
        await accept(engine, message("w3", "web:c10:ann", text=WORDS))
    return made


async def answered(
    engine: Engine, turn_id: str, end: Finished, conversation: str = "", ref: str = ""
) -> None:
    await accept(engine, message(turn_id, conversation or turn_id, text=WORDS))
    taken = await claim_now(engine)
    await engine.usage.admit(taken)
    if ref:
        await engine.log.append(taken, [Posting(1, time.time()), Shown(1, ref)])
    await engine.log.append(taken, [end])
    await engine.queue.settle(taken, Settlement(end.outcome, tokens=1_500, written=500))


@pytest.fixture(scope="module")
def cloud(their_account: Account) -> Iterator[Cloud]:  # noqa: F811 - the fixture
    made = asyncio.run(fill(Cloud("", Addresses("", ""), environment_of(their_account))))
    yield made
    their_account.client("dynamodb").delete_table(TableName=made.table)


@pytest.fixture(autouse=True)
def place(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    for name, value in cloud.environ.items():
        monkeypatch.setenv(name, value)


def told_by(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main([*arguments, "--stage", "prod"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "named",
    [TURN, f"{LINK}/p1712345678901234", f"{LINK}/p1712345690000100?thread_ts=1712345678.901234"],
    ids=["turn", "question", "answer"],
)
def test_the_life_of_a_message_is_told(named: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = told_by("why", named, capsys=capsys)
    steps = [
        TURN,
        "from test:home:ann",
        "accepted: authentic",
        "attempt 1 begins",
        "page 1 stands there",
        "the answer is complete",
        "settled as answered",
        "1,000 read, 500 written",
    ]
    places = [told.find(step) for step in steps]
    assert places == sorted(places), told
    assert -1 not in places, told
    assert "the same message came again" in told
    assert WORDS not in told


def test_a_number_that_a_person_was_told_leads_to_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = told_by("why", INCIDENT, capsys=capsys)
    assert told.startswith(FAILED)
    assert f"the log has more under {INCIDENT}" in told


def test_of_a_web_chat_the_last_messages_are_listed_and_the_newest_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed, _, told = told_by("why", "http://a.example/#c1", capsys=capsys).partition("\n\n")
    assert [line.split()[1:] for line in listed.splitlines()[1:]] == [
        ["open", "w2"],
        ["answered", "w1"],
    ]
    assert told.startswith("w2\n")
    assert "it is not settled yet" in told


def test_what_is_not_known_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", f"{LINK}/p1712345678901239", "--stage", "prod"]) == 1
    assert "No message is known by" in capsys.readouterr().err


def test_what_was_used_is_told_by_day_and_by_person(capsys: pytest.CaptureFixture[str]) -> None:
    told = told_by("usage", capsys=capsys).split()
    assert told[-6:] == ["all", "1", "3", "4,500", "1,500", "–"]
    assert "test:home:ann" in told_by("usage", "--people", capsys=capsys)


def test_all_of_a_person_is_handed_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert told_by("export", capsys=capsys).split() == ["test:home:ann"]
    handed = json.loads(told_by("export", "--person", "test:home:ann", capsys=capsys))
    assert [each["question"] for each in handed["messages"]] == [WORDS] * 3
    assert main(["export", "--person", "test:home:anne", "--stage", "prod"]) == 1
    assert 'Did you mean "test:home:ann"?' in capsys.readouterr().err


def test_nothing_is_taken_or_written_by_who_reads(
    cloud: Cloud,
    their_account: Account,  # noqa: F811 - the fixture
    capsys: pytest.CaptureFixture[str],
) -> None:
    def standing() -> list[str]:
        items = their_account.client("dynamodb").scan(TableName=cloud.table)["Items"]
        return sorted(json.dumps(item, sort_keys=True) for item in items)

    before = standing()
    for command in (["why", "http://a.example/#c1"], ["usage"], ["export"], ["why", INCIDENT]):
        told_by(*command, capsys=capsys)
    assert standing() == before


def test_settings_that_name_a_table_are_enough(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AIZUCHI__AWS__TABLE", cloud.table)
    monkeypatch.setenv("AIZUCHI__AWS__TURNS", cloud.queues.turns)
    monkeypatch.setenv("AIZUCHI__AWS__SIDE", cloud.queues.side)
    monkeypatch.setenv("AIZUCHI_INSTALLATION_KEY", "long and random")
    assert main(["export"]) == 0
    assert capsys.readouterr().out.split() == ["test:home:ann"]


def test_an_installation_that_there_is_not_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["usage", "--stage", "nowhere"]) == 1
    assert "There is no aizuchi-nowhere in us-east-1" in capsys.readouterr().err
