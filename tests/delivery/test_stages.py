"""Pages that say how far the answer is, and an answer that has to move to another place."""

from math import inf

import pytest
from tests.delivery.test_planner import assignment_of, do, standing_of

from aizuchi.answers import Finished, Logged, Outcome, Position, Posting, Shown, TextDelta
from aizuchi.delivery import Do, Done, Wait, next_operation
from aizuchi.limits import Limits
from aizuchi.operations import (
    Busy,
    Delivered,
    Doubtful,
    EditPage,
    Ended,
    Find,
    HandOver,
    Operation,
    PostPage,
    Receipt,
    Refused,
    Sent,
    Undeliverable,
)
from aizuchi.receipts import did, found
from aizuchi.standing import Standing
from aizuchi.testing.plaza import EDITS

QUIET = EDITS._replace(sign_s=0.0)
STAGES = QUIET._replace(stages=True)
MOVES = QUIET._replace(hand_over_s=100.0)
PAGE = "words and words. " * 17


def test_a_page_grows_and_ends_in_a_rewriting_of_its_own() -> None:
    standing = said(STAGES, "Yes. ")
    begun = performed(standing, Sent("m1"))
    assert isinstance(begun, PostPage)
    assert begun.stage == "grows"
    standing.saw(Finished("answered", "Yes. "), 1.0)
    ending = performed(standing, Sent("m1"), 1.0)
    assert isinstance(ending, EditPage)
    assert (ending.text, ending.stage, ending.final) == ("Yes.", "ends", True)
    assert next_operation(standing, assignment_of(standing), 1.0) == Done(Delivered())


def test_where_a_page_shows_no_stage_the_same_text_is_not_written_again() -> None:
    standing = said(QUIET, "Yes. ")
    performed(standing, Sent("m1"))
    standing.saw(Finished("answered", "Yes."), 1.0)
    assert next_operation(standing, assignment_of(standing), 1.0) == Done(Delivered())


def test_only_the_last_of_the_pages_is_the_end() -> None:
    standing = standing_of(STAGES)
    standing.saw(Finished("answered", PAGE * 3), 0.0)
    stages = []
    while isinstance(step := next_operation(standing, assignment_of(standing), 0.0), Do):
        assert isinstance(step.operation, PostPage)
        stages.append(step.operation.stage)
        did(standing, step.operation, Sent(f"m{len(stages)}"), 0.0)
    assert stages == ["closed"] * (len(stages) - 1) + ["ends"]
    assert len(stages) > 2


@pytest.mark.parametrize(
    ("outcome", "code", "stage"),
    [
        ("answered", "", "ends"),
        ("failed", "model_silent", "ends"),
        ("timed_out", "took_too_long", "ends"),
        ("cancelled", "stopped", "ends"),
        ("answered", "reset", "closed"),
        ("refused", "too_fast", "closed"),
        ("asks", "greeting", "closed"),
    ],
)
def test_what_no_model_said_is_not_offered_again(outcome: Outcome, code: str, stage: str) -> None:
    standing = standing_of(STAGES)
    standing.saw(Finished(outcome, "So it is.", code=code), 0.0)
    posted = do(standing)
    assert isinstance(posted, PostPage)
    assert posted.stage == stage


def test_what_still_grows_when_the_time_is_over_goes_on_elsewhere() -> None:
    standing = said(MOVES, "Half of it ")
    performed(standing, Sent("m1"))
    assert performed(standing, Sent(), 100.0) == HandOver(1, "m1")
    moved = performed(standing, Sent("elsewhere"), 101.0)
    assert isinstance(moved, PostPage)
    assert (moved.page, moved.text, moved.stage) == (1, "Half of it", "grows")
    standing.saw(Finished("answered", "Half of it, and the rest."), 200.0)
    last = performed(standing, Sent("elsewhere"), 200.0)
    assert isinstance(last, EditPage)
    assert last.ref == "elsewhere"


def test_a_sign_without_words_is_handed_over_too() -> None:
    standing = standing_of(MOVES)
    standing.bind(0.0)
    assert next_operation(standing, assignment_of(standing), 0.0) == Wait(100.0, text=True)
    assert performed(standing, Sent(), 100.0) == HandOver(1, "")
    assert next_operation(standing, assignment_of(standing), 100.0) == Wait(None, text=True)


def test_only_the_page_that_grows_is_handed_over() -> None:
    standing = said(MOVES, PAGE * 2)
    while isinstance(next_operation(standing, assignment_of(standing), 0.0), Do):
        performed(standing, Sent(f"m{len(standing.pages)}"))
    assert standing.last_page.number == 2
    assert performed(standing, Sent(), 100.0) == HandOver(2, "m2")
    assert standing.page(1).ref == "m1"


def test_a_lost_post_is_found_before_it_is_handed_over() -> None:
    standing = standing_of(MOVES)
    standing.remember([Logged(Position(1, 2), Posting(1, 1_000.0))], 0.0)
    standing.bind(0.0)
    lost = next_operation(standing, assignment_of(standing), 100.0)
    assert isinstance(lost, Find)
    found(standing, lost, Sent("m1"), 100.0)
    assert do(standing, 100.0) == HandOver(1, "m1")


@pytest.mark.parametrize("receipt", [Refused("expired"), Ended("gone")])
def test_a_page_that_cannot_be_told_is_left(receipt: Receipt) -> None:
    standing = said(MOVES, "Half of it ")
    performed(standing, Sent("m1"))
    performed(standing, receipt, 100.0)
    assert isinstance(do(standing, 101.0), PostPage)


@pytest.mark.parametrize("receipt", [Busy(2.0), Doubtful()])
def test_a_handing_over_that_did_not_work_out_is_tried_again(receipt: Receipt) -> None:
    standing = said(MOVES, "Half of it ")
    performed(standing, Sent("m1"))
    performed(standing, receipt, 100.0)
    assert isinstance(next_operation(standing, assignment_of(standing), 100.0), Wait)
    assert do(standing, 102.0) == HandOver(1, "m1")


def test_where_nothing_can_go_on_that_is_the_end() -> None:
    standing = said(MOVES._replace(goes_on=False), "Half of it ")
    performed(standing, Sent("m1"))
    performed(standing, Sent(), 100.0)
    end = next_operation(standing, assignment_of(standing), 100.0)
    assert isinstance(end, Done)
    assert isinstance(end.end, Undeliverable)
    assert end.end.code == "out_of_time"


def test_an_answer_that_is_whole_is_not_handed_over() -> None:
    standing = said(MOVES, "Yes. ")
    performed(standing, Sent("m1"))
    standing.saw(Finished("answered", "Yes. And more."), 100.0)
    assert isinstance(performed(standing, Sent("m1"), 100.0), EditPage)
    assert next_operation(standing, assignment_of(standing), 200.0) == Done(Delivered())


def test_after_a_takeover_the_page_is_rewritten_whatever_its_stage() -> None:
    standing = standing_of(STAGES)
    standing.remember([Logged(Position(1, 2), Shown(1, "m1"))], 0.0)
    standing.saw(Finished("answered", "Yes."), 0.0)
    assert isinstance(do(standing), EditPage)


def test_no_surface_hands_over_unless_it_says_so() -> None:
    assert EDITS.hand_over_s == inf


def said(limits: Limits, text: str) -> Standing:
    standing = standing_of(limits)
    standing.bind(0.0)
    standing.saw(TextDelta(text), 0.0)
    return standing


def performed(standing: Standing, receipt: Receipt, now: float = 0.0) -> Operation:
    """The operation that is next, once that came of it."""
    operation = do(standing, now)
    if isinstance(operation, PostPage):
        standing.posting(operation.page, now, now)
    did(standing, operation, receipt, now)
    return operation
