"""The judge of the crash matrices is judged: whatever is wrong, it counts."""

import json
from pathlib import Path

import pytest

from .tally import Asked, Judged, Tally, in_turn, judged

ASKED = in_turn("One?", "Two?")
ONE, TWO, THREE = ("".join(f"{number}.{word} " for word in range(6)) for number in range(1, 4))
QUESTIONS = {"1": "One?", "2": "Two?", "3": "One?"}


def question_of(text: str) -> str:
    return QUESTIONS[text[0]]


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ([ONE, TWO], Judged()),
        ([ONE], Judged(lost=1)),
        ([ONE, TWO[:-4]], Judged(lost=1, torn=1)),
        ([ONE, TWO, ONE[:8] + TWO[8:]], Judged(torn=1)),
        ([TWO, ONE], Judged(misordered=1)),
        ([ONE, TWO, THREE], Judged(doubled=1)),
        ([ONE, ONE, TWO], Judged(repeated=1)),
        ([ONE, ONE, ONE, TWO], Judged(doubled=1, repeated=1)),
    ],
)
def test_what_is_wrong_is_counted(shown: list[str], found: Judged) -> None:
    assert judged(shown, ASKED, question_of) == found


def test_what_was_not_acknowledged_may_be_overtaken() -> None:
    assert judged([TWO, ONE], [Asked("One?"), Asked("Two?")], question_of).is_kept


def test_what_was_asked_twice_may_be_answered_twice() -> None:
    assert judged([ONE, THREE, TWO], in_turn("One?", "One?", "Two?"), question_of).is_kept


def test_a_repetition_is_a_double_where_nothing_was_in_doubt() -> None:
    assert Judged(repeated=1).is_kept
    assert not Judged(repeated=2).with_repeated(1).is_kept
    assert Judged(repeated=2).with_repeated(1) == Judged(doubled=1, repeated=1)


def test_what_another_process_tells_is_added() -> None:
    tally, all_of_them = Tally(), Tally()
    tally.add("mention", "", Judged(faults=1, lost=1))
    tally.add("command", "response_url", Judged(faults=1, repeated=1))
    for _ in range(2):
        all_of_them.add_plain(json.loads(json.dumps(tally.plain())))
    mention, command = (line.split() for line in all_of_them.lines()[1:-1])
    assert mention[:4] == ["mention", "2", "2", "2"]
    assert command[:3] == ["command", "2", "2"]


def test_the_counts_of_all_cases_are_told_and_kept(tmp_path: Path) -> None:
    tally = Tally()
    tally.add("mention", "", Judged(faults=1, lost=1))
    tally.add("mention", "", Judged(faults=2))
    tally.add("command", "response_url", Judged(faults=1, repeated=1))
    head, mention, command, sums = (line.split() for line in tally.lines())
    assert head[:4] == ["runs", "faults", "lost", "torn"]
    assert mention == ["mention", "2", "3", "1", "0", "0", "0", "0", "0"]
    assert command == ["command", "1", "1", "0", "0", "0", "0", "0", "1", "×", "response_url"]
    assert sums == ["in", "all", "3", "4", "1", "0", "0", "0", "0", "1"]
    tally.save(tmp_path / "tally.json")
    kept = json.loads((tmp_path / "tally.json").read_text("utf-8"))
    assert kept["mention"] | {"runs": 2, "faults": 3, "lost": 1} == kept["mention"]
