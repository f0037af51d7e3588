"""What is told of functions' logs: message by message, and Lambda's own lines in our words."""

import io
import json

import pytest

from aizuchi.cli.logs import Teller, seconds_of
from aizuchi.cli.references import reference_of
from aizuchi.deploy.aws.timeline import Entry, Line, Timeline, grouped
from aizuchi.errors import DeployError

ONE, TWO = "slack:1712345678.901234:T1:C1", "slack:1712345679.000000:T1:C1"
NUMBERS = iter(range(10_000))


def entry(message: str, at: float = 0.0, word: str = "worker", stream: str = "a") -> Entry:
    return Entry(at, word, stream, str(next(NUMBERS)), message)


def ours(message: str, turn: str = "", **more: str) -> str:
    about = {"turn": turn} if turn else {}
    return json.dumps({"level": "INFO", "message": message, **about, **more})


def read(*entries: Entry) -> list[Line]:
    return Timeline().read(entries)


def test_lines_stand_below_the_message_they_are_about_in_the_order_of_time() -> None:
    lines = read(
        entry(ours("accepted", ONE), 1.0, "ingress"),
        entry(ours("accepted", TWO), 2.0, "ingress"),
        entry(ours("settled", ONE), 4.0),
        entry(ours("attempt 1 begins", ONE), 3.0),
        entry(ours("Slack is slow"), 3.5),
    )
    told = {turn: [line.what for line in group] for turn, group in grouped(lines).items()}
    assert told == {
        ONE: ["accepted", "attempt 1 begins", "settled"],
        TWO: ["accepted"],
        "": ["Slack is slow"],
    }
    assert [*told] == [ONE, TWO, ""]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "2026-11-21T16:30:00.000Z 7d1 Task timed out after 180.00 seconds",
            "the function was ended, as its 180 s were over; another one goes on",
        ),
        (
            "RequestId: 7d1 Error: Runtime exited with error: signal: killed\nRuntime.ExitError",
            "the function's process died (signal: killed); another one goes on",
        ),
        (
            "RequestId: 7d1 Error: Runtime exited without providing a reason\nRuntime.ExitError",
            "the function's process died (it does not say why)",
        ),
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module "
            "'aizuchi.hosts.aws_lambda.worker': No module named 'msgspec'\rTraceback (most …",
            "the function cannot start: No module named 'msgspec'. aizuchi deploy aws",
        ),
        (
            "REPORT RequestId: 7d1\tDuration: 5.2 ms\tMemory Size: 512 MB\tMax Memory Used: 512 MB",
            "the function used all of its 512 MB: give it more with --set",
        ),
        (
            "REPORT RequestId: 7d1\tMemory Size: 512 MB\tMax Memory Used: 490 MB\t"
            "Status: error\tError Type: Runtime.OutOfMemory",
            "the function ran out of memory",
        ),
    ],
)
def test_what_lambda_itself_writes_is_told_in_our_words(said: str, told: str) -> None:
    _, line = read(entry(ours("attempt 1 begins", ONE)), entry(said))
    assert line.what.startswith(told)
    assert (line.turn, line.level, line.more) == (ONE, "ERROR", said)


def test_what_broke_is_told_by_its_first_line_and_the_rest_is_kept_for_who_looks_closely() -> None:
    said = "[ERROR] SettingsError: The function does not know its store.\rTraceback:\r  File x"
    (line,) = read(entry(said))
    assert line.what == "it broke: SettingsError: The function does not know its store."
    assert (line.level, line.more) == ("ERROR", "Traceback:\n  File x")


def test_what_says_nothing_is_not_told() -> None:
    silent = (
        "INIT_START Runtime Version: python:3.13.v1",
        "START RequestId: 7d1 Version: $LATEST",
        "END RequestId: 7d1",
        "REPORT RequestId: 7d1\tDuration: 5.2 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB",
        "",
    )
    assert read(*map(entry, silent)) == []


def test_lambdas_own_line_is_about_the_last_message_of_its_own_invocation() -> None:
    timeline, timeout = Timeline(), "7d1 Task timed out after 3.00 seconds"
    timeline.read([entry(ours("attempt 1 begins", ONE), stream="a")])
    (other,) = timeline.read([entry(timeout, stream="b")])
    (same,) = timeline.read([entry(timeout, stream="a")])
    (later,) = timeline.read([entry("START RequestId: 8", stream="a"), entry(timeout, stream="a")])
    assert (other.turn, same.turn, later.turn) == ("", ONE, "")


def written(*lines: Line, in_colour: bool = False, closely: bool = False) -> str:
    out = io.StringIO()
    Teller(out, in_colour=in_colour, closely=closely).tell(lines)
    return out.getvalue()


def test_colour_is_only_where_it_is_wanted_and_nothing_else_writes_to_the_terminal() -> None:
    line = Line(0.0, "worker", "\x1b[2Jx", "it \x1b]0;y\x07broke", "ERROR", "a\nb\x1b[1m")
    assert "\x1b" not in written(line, closely=True)
    assert "\x1b[31mit ]0;ybroke\x1b[0m" in written(line, in_colour=True)
    assert "    b[1m" in written(line, closely=True)
    assert "    b" not in written(line)


def test_a_message_is_named_anew_only_where_another_was_told_between() -> None:
    out = io.StringIO()
    teller = Teller(out, in_colour=False)
    for turn in (ONE, ONE, TWO, ONE):
        teller.tell([Line(0.0, "worker", turn, "x")])
    heads = [line for line in out.getvalue().splitlines() if line.startswith("slack:")]
    assert heads == [ONE, TWO, ONE]


@pytest.mark.parametrize(
    "named",
    [
        ONE,
        "1712345678.901234:T1:C1",
        "https://kiso.slack.com/archives/C1/p1712345678901234",
    ],
)
def test_a_message_is_chosen_by_its_id_its_end_or_its_link(named: str) -> None:
    assert reference_of(named).means(ONE)
    assert not reference_of(named).means(TWO)
    assert not reference_of(named).means("")


def test_a_length_of_time_is_read_and_what_is_none_is_told() -> None:
    assert [seconds_of(text) for text in ("30s", "10m", "2h", "3d")] == [30, 600, 7200, 259_200]
    with pytest.raises(DeployError, match=r'"yesterday" is no length of time\. Write 30s, 10m'):
        seconds_of("yesterday")
