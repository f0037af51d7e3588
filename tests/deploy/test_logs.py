"""`aizuchi logs` by boto3 against ministack: every line once, whoever deployed the functions."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from tests.deploy.accounts import environment_of
from tests.deploy.playing import playing
from tests.simulator.aws_house import Account
from tests.simulator.conftest import their_account  # noqa: F401 - a fixture

from aizuchi.cli import logs, main

TURN = "slack:1712345678.901234:T1:C1"
Write = Callable[..., None]


@pytest.fixture
def write(
    their_account: Account,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Write]:
    """Writes lines as functions of a stage do, some time ago."""
    for name, value in environment_of(their_account).items():
        monkeypatch.setenv(name, value)
    client = their_account.client("logs")
    made: set[str] = set()

    def write(group: str, *messages: str, ago_s: float = 5.0) -> None:
        if group not in made:
            client.create_log_group(logGroupName=group)
            client.create_log_stream(logGroupName=group, logStreamName="one")
            made.add(group)
        at = int((time.time() - ago_s) * 1000)
        events = [
            {"timestamp": at + place, "message": message} for place, message in enumerate(messages)
        ]
        client.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)

    yield write
    for group in made:
        client.delete_log_group(logGroupName=group)


def line(message: str, turn: str = TURN) -> str:
    return json.dumps({"level": "INFO", "message": message, "turn": turn})


def told_of(out: str) -> Mapping[str, list[str]]:
    """By message, what each of its lines says."""
    blocks = [block.splitlines() for block in out.strip().split("\n\n")]
    return {block[0]: [each[27:].split(maxsplit=1)[1] for each in block[1:]] for block in blocks}


def test_the_functions_of_one_installation_are_told_together(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("/aws/lambda/aizuchi-prod-ingress", line("accepted"), ago_s=9)
    write("/aws/lambda/aizuchi-prod-worker", line("attempt 1 begins"), line("settled"), ago_s=8)
    write("/aws/lambda/aizuchi-prod-socket", line("nobody listens", "web:2"), ago_s=7)
    write("/ecs/aizuchi-prod-worker", line("settled", "web:3"), ago_s=6)
    write("/aws/lambda/aizuchi-prod-two-worker", line("of another installation"))
    write("/aws/lambda/aizuchi-test-worker", line("of another stage"))
    write("/aws/lambda/aizuchi-prod-side", line("too old"), ago_s=3_000)
    assert main(["logs"]) == 0
    assert told_of(capsys.readouterr().out) == {
        TURN: ["accepted", "attempt 1 begins", "settled"],
        "web:2": ["nobody listens"],
        "web:3": ["settled"],
    }
    assert main(["logs", "--turn", "web:2"]) == 0
    assert told_of(capsys.readouterr().out) == {"web:2": ["nobody listens"]}
    assert main(["logs", "--since", "2h", "--turn", TURN]) == 0
    assert told_of(capsys.readouterr().out)[TURN][0] == "too old"


def test_what_comes_is_told_once_and_nothing_is_lost_until_ctrl_c(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also what arrives late, and what was written within the same millisecond."""
    group = "/aws/lambda/aizuchi-prod-worker"
    later: Iterator[Callable[[], None]] = iter(
        [
            lambda: write(group, *(line(f"b{number}") for number in range(50)), ago_s=4),
            lambda: write(group, *(line(f"b{number}") for number in range(50, 60)), ago_s=4),
            lambda: write(group, line("late"), ago_s=30),
            lambda: None,
        ]
    )

    def pause(seconds: float) -> None:
        assert seconds == logs.EVERY_S
        if (then := next(later, None)) is None:
            raise KeyboardInterrupt
        then()

    monkeypatch.setattr(logs, "pause", pause)
    write(group, line("a"), ago_s=5)
    assert main(["logs", "-f"]) == 130
    (told,) = told_of(capsys.readouterr().out).values()
    assert sorted(told) == sorted(["a", *(f"b{number}" for number in range(60)), "late"])


def test_pages_are_read_to_the_last_also_past_an_empty_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """ministack has one page for all; here the same line stands on two of three."""
    now = int(time.time() * 1000)
    rows = [
        {"eventId": f"{n}", "timestamp": now, "message": line(f"{n}"), "logStreamName": "one"}
        for n in range(4)
    ]
    pages: Mapping[str, Mapping[str, Any]] = {
        "": {"events": rows[:2], "nextToken": "2"},
        "2": {"events": [], "nextToken": "3"},
        "3": {"events": rows[1:]},
    }
    groups = {"logGroups": [{"logGroupName": "/aws/lambda/aizuchi-prod-worker"}]}
    with playing(
        DescribeLogGroups=lambda asked: groups if "lambda" in asked["logGroupNamePrefix"] else {},
        FilterLogEvents=lambda asked: pages[asked.get("nextToken", "")],
    ) as played:
        for name, value in played.environment().items():
            monkeypatch.setenv(name, value)
        assert main(["logs"]) == 0
    assert told_of(capsys.readouterr().out) == {TURN: ["0", "1", "2", "3"]}


def test_where_nothing_was_written_lately_that_is_said(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("/aws/lambda/aizuchi-prod-worker", line("x"), ago_s=3_000)
    assert main(["logs", "--since", "5m"]) == 0
    assert capsys.readouterr().err == "Nothing in the last 5m. --since 1d looks further back.\n"


def test_an_installation_without_logs_is_told_with_where_it_was_looked_for(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["logs", "--stage", "nowhere"]) == 1
    said = capsys.readouterr().err
    assert "There are no logs of aizuchi-nowhere in us-east-1, account " in said
    assert "another --stage, --name or --region" in said
