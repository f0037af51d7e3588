"""The planner alone: whatever is answered, it never posts twice and never stops short."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from aizuchi.answers import (
    Entry,
    Finished,
    Logged,
    Position,
    Posting,
    Restarted,
    Shown,
    Step,
    StepState,
    TextDelta,
)
from aizuchi.delivery import Assignment, Do, Done, Wait, next_operation, post_key
from aizuchi.limits import Limits
from aizuchi.operations import (
    AppendStream,
    Busy,
    CloseStream,
    Delivered,
    Doubtful,
    EditPage,
    Ended,
    Find,
    Found,
    OpenStream,
    Operation,
    PostPage,
    Receipt,
    Refused,
    Sent,
    ShowEnd,
    ShowWorking,
    Undeliverable,
)
from aizuchi.receipts import did, found
from aizuchi.standing import Standing
from aizuchi.testing.plaza import EDITS, ONCE, STREAMS
from aizuchi.testing.plaza.render import render

receipts: st.SearchStrategy[Receipt] = st.one_of(
    st.just(Sent("ref")),
    st.just(Sent("ref")),
    st.just(Doubtful()),
    st.builds(Busy, st.floats(0, 30)),
    st.builds(Ended, st.sampled_from(("expired", "stopped_by_reader", "gone"))),
    st.just(Refused("no", "Let me.")),
)
searches: st.SearchStrategy[Found] = st.sampled_from(
    [Sent("found"), None, Busy(3), Doubtful(), Refused("no", "Let me.")]
)

KEY = post_key(b"key", "turn", 1)
ENDING = STREAMS._replace(sign_ends=True)


def standing_of(limits: Limits) -> Standing:
    return Standing(1, limits._replace(page_chars=300), deliver_within_s=900)


def assignment_of(standing: Standing) -> Assignment:
    return Assignment(
        "turn",
        lambda text, growing: render(text, standing.limits, growing=growing),
        b"key",
    )


def do(standing: Standing, now: float = 0.0) -> Operation:
    """The operation that is next, which must be one."""
    step = next_operation(standing, assignment_of(standing), now)
    assert isinstance(step, Do), step
    return step.operation


@settings(deadline=None)
@given(
    st.sampled_from([STREAMS, EDITS, ONCE, ENDING]),
    st.lists(st.tuples(receipts, searches), max_size=40),
    st.integers(0, 1_500),
    st.booleans(),
)
def test_whatever_is_answered_nothing_is_posted_twice_and_all_comes_to_an_end(
    limits: Limits, answers: Sequence[tuple[Receipt, Found]], length: int, begins_again: bool
) -> None:
    standing = standing_of(limits)
    standing.saw(Step("1.0", "Searching"), 0.0)
    standing.saw(TextDelta("words " * (length // 12)), 0.0)
    if begins_again:
        standing.saw(Restarted(), 0.0)
    now, script = 0.0, iter(answers)
    news: dict[int, Entry] = {
        10: Step("1.0", "Searching", "done"),
        20: Finished("answered", "words " * (length // 6), "Stopped."),
    }
    for step_number in range(400):
        if entry := news.get(step_number):
            standing.saw(entry, now)
        step = next_operation(standing, assignment_of(standing), now)
        receipt, search = next(script, (Sent(f"ref{step_number}"), None))
        match step:
            case Done(end):
                check_end(standing, end, answers)
                return
            case Wait(seconds):
                now += 1.0 if seconds is None else seconds
            case Find() as lost:
                found(standing, lost, search, now)
            case Do(operation):
                check_operation(standing, operation)
                now += 0.2
                perform(standing, step, receipt, now)
    raise AssertionError("it never came to an end")


def perform(standing: Standing, step: Do, receipt: Receipt, now: float) -> None:
    operation = step.operation
    if isinstance(operation, PostPage | OpenStream):
        standing.posting(operation.page, now, now)
    did(standing, operation, receipt, now)
    if isinstance(receipt, Sent) and step.pauses:
        standing.paused(now)


def check_operation(standing: Standing, operation: Operation) -> None:
    if isinstance(operation, ShowWorking | ShowEnd):
        return
    page = standing.page(operation.page)
    assert not page.lost_at, "whether it was posted is looked up first"
    match operation:
        case PostPage() | OpenStream():
            assert not page.ref
            assert operation.text.strip() or (isinstance(operation, OpenStream) and operation.steps)
        case AppendStream():
            assert page.streaming
            assert operation.text or operation.steps
        case EditPage():
            assert page.ref
            assert page.streaming is False
        case CloseStream(text=text, whole=whole):
            assert not text or (page.text or "") + text == whole
        case _:
            pass


def check_end(
    standing: Standing,
    end: Delivered | Undeliverable,
    answers: Sequence[tuple[Receipt, Found]],
) -> None:
    if isinstance(end, Undeliverable):
        assert any(not isinstance(receipt, Sent) for receipt, _ in answers)
        return
    pages = render(standing.text, standing.limits, growing=False)
    shown = {page.number: page.text for page in standing.pages.values() if page.ref}
    if standing.limits.edits:
        assert shown == dict(enumerate(pages, 1))
    assert all(page.streaming is False for page in standing.pages.values() if page.ref)


def test_a_post_in_doubt_is_looked_for_before_anything_else_on_its_page() -> None:
    standing = standing_of(EDITS)
    standing.remember([Logged(Position(1, 1), Posting(1, 1_000.0))], 0.0)
    standing.saw(Finished("answered", "Yes."), 0.0)

    step = next_operation(standing, assignment_of(standing), 0.0)

    assert step == Find(1, post_key(b"key", "turn", 1), 1_000.0)


def test_who_looks_for_a_post_knows_what_is_already_known() -> None:
    standing = standing_of(EDITS)
    history: list[Entry] = [Posting(1, 1_000.0), Shown(1, "m2"), Posting(2, 1_001.0)]
    standing.remember([Logged(Position(1, n), entry) for n, entry in enumerate(history)], 0.0)
    standing.saw(Finished("answered", "words " * 80), 0.0)
    did(standing, do(standing), Sent("m2"), 0.0)

    step = next_operation(standing, assignment_of(standing), 0.0)

    assert step == Find(2, post_key(b"key", "turn", 2), 1_001.0, ("m2",))


def test_a_page_that_can_never_be_rewritten_is_not_posted_for_ever() -> None:
    standing = standing_of(EDITS)
    standing.remember([Logged(Position(1, 2), Shown(1, "m2"))], 0.0)
    standing.saw(Finished("answered", "Yes."), 0.0)
    for _ in range(2):
        did(standing, do(standing), Refused("too_old", "Let bots rewrite."), 0.0)
        if standing.end is None:
            perform(standing, Do(do(standing)), Doubtful(), 0.0)
            found(standing, Find(1, "", 0.0), Sent("m2"), 0.0)
            standing.final_from = 0.0

    assert standing.end == Undeliverable("too_old", "Let bots rewrite.")


def test_a_page_that_stands_is_rewritten_after_a_takeover() -> None:
    standing = standing_of(EDITS)
    standing.remember([Logged(Position(1, 2), Shown(1, "m2"))], 0.0)
    standing.saw(Finished("answered", "Yes."), 0.0)

    assert do(standing) == EditPage(1, "m2", "Yes.", final=True, key=KEY, stage="ends")


def test_a_stream_is_closed_after_a_takeover_before_it_is_rewritten() -> None:
    standing = standing_of(STREAMS)
    standing.remember([Logged(Position(1, 2), Shown(1, "m2"))], 0.0)
    standing.saw(Finished("answered", "Yes."), 0.0)

    assert do(standing) == CloseStream(1, "m2", "", "Yes.", final=True, key=KEY)
    did(standing, do(standing), Ended("expired"), 0.0)
    assert do(standing) == EditPage(1, "m2", "Yes.", final=True, key=KEY, stage="ends")


def test_text_of_an_earlier_attempt_is_not_shown_again() -> None:
    standing = Standing(2, EDITS, deliver_within_s=900)
    standing.remember([Logged(Position(1, 1), TextDelta("Old words. "))], 0.0)

    assert standing.text == ""


def test_the_key_of_a_post_fits_what_a_platform_takes_and_tells_nothing() -> None:
    keys = {post_key(b"key", "turn", page) for page in range(1, 6)}

    assert len(keys) == 5
    assert all(len(key) == 25 and key.isalnum() for key in keys)
    assert post_key(b"key", "turn", 1) == post_key(b"key", "turn", 1)
    assert post_key(b"other", "turn", 1) not in keys


def test_the_pauses_between_updates_grow_up_to_three_seconds() -> None:
    standing = standing_of(EDITS)
    pauses = []
    for _ in range(9):
        standing.paused(0.0)
        pauses.append(standing.due_at)

    assert pauses == [0.5, 0.7, 1.0, 1.4, 2.0, 2.7, 3.0, 3.0, 3.0]


def test_nothing_to_say_waits_for_text() -> None:
    standing = standing_of(EDITS._replace(sign_s=0.0))

    assert next_operation(standing, assignment_of(standing), 0.0) == Wait(None, text=True)


def test_an_answer_of_nothing_is_delivered_without_a_call() -> None:
    standing = standing_of(EDITS)
    standing.saw(Finished("cancelled", ""), 0.0)

    assert next_operation(standing, assignment_of(standing), 0.0) == Done(Delivered())


def test_the_sign_is_taken_away_when_all_stands() -> None:
    standing = standing_of(ENDING)
    standing.saw(Finished("answered", "Yes."), 0.0)
    did(standing, do(standing), Sent("m1"), 0.0)

    assert do(standing) == ShowEnd(well=True)
    did(standing, do(standing), Sent(), 0.0)
    assert next_operation(standing, assignment_of(standing), 0.0) == Done(Delivered())


def test_the_sign_is_taken_away_where_nothing_can_be_shown() -> None:
    standing = standing_of(ENDING)
    standing.saw(Finished("answered", "Yes."), 0.0)
    did(standing, do(standing), Refused("archived", "Let me."), 0.0)

    assert do(standing) == ShowEnd(well=False)
    did(standing, do(standing), Refused("archived"), 0.0)
    end = Done(Undeliverable("archived", "Let me."))
    assert next_operation(standing, assignment_of(standing), 0.0) == end


def test_a_sign_that_cannot_be_taken_away_holds_up_nobody_for_long() -> None:
    standing = standing_of(ENDING)
    standing.saw(Finished("failed", "", "Sorry."), 0.0)
    did(standing, do(standing), Sent("m1"), 0.0)
    now, tries = 0.0, 0
    while not isinstance(step := next_operation(standing, assignment_of(standing), now), Done):
        if isinstance(step, Do):
            assert step.operation == ShowEnd(well=False)
            did(standing, step.operation, Doubtful(), now)
            tries += 1
        now += 0.5

    assert tries == 3
    assert now < 10


def test_who_is_not_allowed_is_told_alone_and_once() -> None:
    standing = standing_of(STREAMS)
    standing.remember([Logged(Position(1, 1), Posting(1, 1_000.0))], 0.0)
    standing.saw(Finished("refused", "", "Not you.", "not_allowed"), 0.0)

    lost = next_operation(standing, assignment_of(standing), 0.0)
    assert lost == Find(1, KEY, 1_000.0, private=True)
    found(standing, lost, Refused("in_doubt"), 0.0)
    post = do(standing)
    assert post == PostPage(1, "Not you.", KEY, final=True, private=True)
    did(standing, post, Sent("m1"), 0.0)
    assert next_operation(standing, assignment_of(standing), 0.0) == Done(Delivered())


def test_a_stream_is_mended_where_answers_do_not_grow_any_more() -> None:
    standing = standing_of(STREAMS._replace(grows=False))
    standing.remember([Logged(Position(1, 2), Shown(1, "m2"))], 0.0)
    standing.saw(TextDelta("Some words."), 0.0)

    assert isinstance(next_operation(standing, assignment_of(standing), 1.0), Do | Wait)
    standing.saw(Finished("answered", "Yes."), 1.0)
    assert do(standing) == CloseStream(1, "m2", "", "Yes.", final=True, key=KEY)


def step_of(state: StepState) -> Step:
    return Step("1.0", "Searching", state)


def sent(standing: Standing, ref: str = "m1") -> Operation:
    """The operation that is next, which is done."""
    operation = do(standing, now=100.0 * standing.updates)
    assert not isinstance(operation, ShowEnd)
    did(standing, operation, Sent(ref), 0.0)
    standing.updates += 1
    return operation


def test_a_stream_opens_with_the_first_step_and_shows_what_becomes_of_it() -> None:
    standing = standing_of(STREAMS._replace(sign_s=0.0))
    standing.saw(step_of("running"), 0.0)
    assert sent(standing) == OpenStream(1, "", KEY, (step_of("running"),))
    standing.saw(step_of("done"), 0.0)
    standing.saw(TextDelta("It is so. "), 0.0)
    assert sent(standing) == AppendStream(1, "m1", "It is so.", (step_of("done"),))
    standing.saw(Step("2.0", "Reading"), 0.0)
    standing.saw(Step("2.0", "Reading", "failed"), 0.0)
    standing.saw(Finished("answered", "It is so. Is it?"), 0.0)
    read = Step("2.0", "Reading", "failed")
    close = CloseStream(1, "m1", " Is it?", "It is so. Is it?", final=True, key=KEY, steps=(read,))
    assert sent(standing) == close


def test_without_streams_a_step_is_no_page() -> None:
    standing = standing_of(EDITS._replace(sign_s=0.0))
    standing.saw(step_of("running"), 0.0)
    assert isinstance(next_operation(standing, assignment_of(standing), 5.0), Wait)
    standing = standing_of(EDITS._replace(sign_s=10.0))
    standing.saw(step_of("running"), 0.0)
    assert do(standing, 5.0) == ShowWorking("Searching")


def test_no_sign_is_given_behind_a_page_that_would_not_take_it_away() -> None:
    for precedes in (False, True):
        standing = standing_of(EDITS._replace(sign_s=10.0, sign_precedes=precedes))
        standing.saw(TextDelta("It is so. "), 0.0)
        assert isinstance(sent(standing), PostPage)
        standing.saw(step_of("running"), 0.0)
        behind = next_operation(standing, assignment_of(standing), 5.0)
        assert isinstance(behind, Wait) is precedes
