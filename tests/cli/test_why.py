"""`aizuchi why` tells the life of a message that was crashed, redelivered and rate-limited; and
`aizuchi usage` what it all took."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.engines.homes import opener

from aizuchi.answers import Finished, Posting, Shown, TextDelta
from aizuchi.calling import Caller
from aizuchi.cli import main
from aizuchi.cli.references import reference_of
from aizuchi.history import OURS
from aizuchi.intake import Intake
from aizuchi.operations import Busy, Find, Found, Operation, PostPage, Receipt, Sent
from aizuchi.pace import LocalPace
from aizuchi.ports import Engine, Settlement
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import claim_now, message, running
from aizuchi.tracing import Recorder, begin

TURN = "slack:1712345678.901234:T1:C1"
ASKED = message(TURN, "slack:1712345678.901234:T1:C1", text="SECRET")
POST = PostPage(1, "SECRET", "key")


class BusyOnce:
    """A platform that has too much to do the first time."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = [Busy(3.0), Sent("1712345690.000100")]

    async def perform(self, operation: Operation, reply_to: Mapping[str, str]) -> Receipt:
        return self.receipts.pop(0)

    async def find(self, lost: Find, reply_to: Mapping[str, str]) -> Found:
        return None

    def budgets(self, operation: Operation | Find, reply_to: Mapping[str, str]) -> Sequence[str]:
        return ["chat.postMessage"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


async def crashed_redelivered_and_rate_limited(home: Path) -> None:
    async with running(opener(home)) as engine:
        recorder = Recorder(engine.traces, virtual_time.clock)
        recording = asyncio.create_task(recorder.run())
        intake = Intake(engine.inbox, {}, recorder=recorder)
        await intake.accept([ASKED], ())
        first = await claim_now(engine)
        await engine.log.append(first, [TextDelta("half")])
        await asyncio.sleep(4)
        await intake.accept([ASKED], ())
        await asyncio.sleep(1)
        recording.cancel()
    async with running(opener(home)) as engine:
        await asyncio.sleep(6)
        await deliver(engine)


async def deliver(engine: Engine) -> None:
    recorder = Recorder(engine.traces, virtual_time.clock)
    recording = asyncio.create_task(recorder.run())
    taken, loop = await claim_now(engine), asyncio.get_running_loop()
    begin(recorder, ASKED)
    caller = Caller(BusyOnce(), LocalPace(loop.time), "T1", {}, 5)
    await engine.log.append(taken, [Posting(1, virtual_time.clock())])
    assert isinstance(await caller.perform(POST), Busy)
    await asyncio.sleep(3)
    sent = await caller.perform(POST)
    assert isinstance(sent, Sent)
    await engine.log.append(taken, [Shown(1, sent.ref)])
    await engine.log.append(taken, [Finished("answered", "SECRET")])
    await asyncio.sleep(1)
    await engine.usage.admit(taken)
    await engine.queue.settle(taken, Settlement("answered", tokens=1_500, written=500))
    recording.cancel()


@pytest.mark.parametrize(
    "named",
    [
        TURN,
        "https://kiso.slack.com/archives/C1/p1712345678901234",
        "https://kiso.slack.com/archives/C1/p1712345690000100?thread_ts=1712345678.901234&cid=C1",
    ],
    ids=["turn", "question", "answer"],
)
def test_a_life_with_every_trouble_is_told(
    home: Path, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    virtual_time.run(crashed_redelivered_and_rate_limited(home))
    (home.parent / "aizuchi.toml").write_text("[model]\nprice_in = 2.0\nprice_out = 10.0\n")
    assert main(["why", named]) == 0
    told = capsys.readouterr().out
    steps = [
        TURN,
        "accepted: authentic",
        "attempt 1 begins",
        "the first words of the model",
        "the same message came again",
        "attempt 2 takes over",
        "page 1 is about to be posted",
        "asked for 3 s",
        "page 1 stands there",
        "the answer is complete",
        "settled as answered",
        "1,000 read, 500 written; cost: 0.0070",
    ]
    places = [told.find(step) for step in steps]
    assert places == sorted(places), told
    assert -1 not in places, told
    assert "SECRET" not in told


def test_what_is_not_known_is_told_with_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    virtual_time.run(crashed_redelivered_and_rate_limited(home))
    assert main(["why", "https://kiso.slack.com/archives/C9/p1712345678901239"]) == 1
    assert "Copy the link" in capsys.readouterr().err


async def two_in_a_web_chat(home: Path) -> None:
    async with running(opener(home)) as engine:
        for turn in ("w1", "w2"):
            await engine.inbox.accept([message(turn, "web:c1:owner", text="SECRET")], ())
            taken = await claim_now(engine)
            await engine.log.append(taken, [Finished("answered", "SECRET")])
            await engine.queue.settle(taken, Settlement("answered"))
        await engine.inbox.accept([message("w3", "web:c1:owner", text="SECRET")], ())
        await engine.inbox.accept([message("w4", "web:c10:owner", text="SECRET")], ())


@pytest.mark.parametrize("query", ["", "?over=websocket"])
def test_of_a_web_chat_the_last_messages_are_listed_and_the_newest_is_told(
    home: Path, capsys: pytest.CaptureFixture[str], query: str
) -> None:
    virtual_time.run(two_in_a_web_chat(home))
    assert main(["why", f"http://127.0.0.1:8765/{query}#c1"]) == 0
    listed, _, told = capsys.readouterr().out.partition("\n\n")
    heading, *lines = listed.splitlines()
    assert heading.startswith("The last messages of this chat, the newest first")
    assert [line.split()[1:] for line in lines] == [
        ["open", "w3"],
        ["answered", "w2"],
        ["answered", "w1"],
    ]
    assert told.startswith("w3\n")
    assert "it is not settled yet" in told
    assert "SECRET" not in listed + told
    assert main(["why", "w2"]) == 0
    assert "settled as answered" in capsys.readouterr().out


def test_a_web_chat_that_nobody_knows_is_told_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    virtual_time.run(two_in_a_web_chat(home))
    assert main(["why", "http://127.0.0.1:8765/#c2"]) == 1
    assert "No message is known" in capsys.readouterr().err


def test_a_link_of_discord_is_its_last_id() -> None:
    link = "https://discord.com/channels/1/22/333"
    assert reference_of(link) == ("333", "%:333", '%"333"%')


def test_usage_is_told_by_day_and_by_person(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    virtual_time.run(crashed_redelivered_and_rate_limited(home))
    (home.parent / "aizuchi.toml").write_text("[model]\nprice_in = 2.0\nprice_out = 10.0\n")
    assert main(["usage", "--days", "100000"]) == 0
    assert capsys.readouterr().out.split()[-6:] == ["all", "1", "1", "1,500", "500", "0.0070"]
    assert main(["usage", "--days", "100000", "--people"]) == 0
    assert "test:home:ann" in capsys.readouterr().out


def test_costs_are_a_dash_where_no_price_is_known(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    virtual_time.run(crashed_redelivered_and_rate_limited(home))
    assert main(["usage", "--days", "100000"]) == 0
    assert capsys.readouterr().out.split()[-1] == "–"
    assert OURS == ""
