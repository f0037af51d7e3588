"""An endpoint that fails in a row rests, is tried by one call, and asked again once it answers."""

from hypothesis import given
from hypothesis import strategies as st

from aizuchi.breaker import IN_A_ROW, LONGEST_REST_S, REST_S, Breaker

OPEN = Breaker(IN_A_ROW, REST_S, 100.0 + REST_S)


def failing(times: int, at: float = 100.0) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker = breaker.failed(at, is_trial=False)
    return breaker


def test_it_opens_after_failures_in_a_row() -> None:
    assert failing(IN_A_ROW - 1).state(100.0) == "closed"
    assert failing(IN_A_ROW) == OPEN
    assert OPEN.state(100.0) == "open"


def test_an_answer_between_them_keeps_it_closed() -> None:
    breaker = failing(IN_A_ROW - 1).answered()
    for _ in range(IN_A_ROW - 1):
        breaker = breaker.failed(100.0, is_trial=False)
    assert breaker.state(100.0) == "closed"


def test_it_is_half_open_once_it_has_rested() -> None:
    assert OPEN.state(OPEN.until - 0.1) == "open"
    assert OPEN.state(OPEN.until) == "half_open"


def test_one_call_alone_tries_it() -> None:
    tried = OPEN.tried()
    assert tried.state(OPEN.until + 1) == "open"
    assert tried.left().state(OPEN.until + 1) == "half_open"


def test_an_answer_closes_it_and_forgets_the_past() -> None:
    assert OPEN.tried().answered() == Breaker()


def test_a_trial_that_fails_doubles_the_rest_up_to_the_longest() -> None:
    breaker, rests = OPEN, []
    for _ in range(5):
        breaker = breaker.tried().failed(breaker.until, is_trial=True)
        rests.append(breaker.rest_s)
    assert rests == [60, 120, 240, LONGEST_REST_S, LONGEST_REST_S]


def test_a_call_that_began_before_it_opened_does_not_lengthen_the_rest() -> None:
    assert OPEN.failed(120.0, is_trial=False) == OPEN
    tried = OPEN.tried()
    assert tried.failed(OPEN.until, is_trial=False) == tried


def test_an_endpoint_that_wants_to_be_left_alone_is_at_once() -> None:
    breaker = Breaker().failed(100.0, is_trial=False, wait_s=12.0)
    assert (breaker.state(111.9), breaker.state(112.0)) == ("open", "half_open")
    a_day = Breaker().failed(100.0, is_trial=False, wait_s=86_400.0)
    assert a_day.rest_s == LONGEST_REST_S


@given(st.lists(st.tuples(st.floats(0, 400), st.booleans())))
def test_no_rest_is_longer_than_the_longest_and_every_one_ends(
    calls: list[tuple[float, bool]],
) -> None:
    """Whatever comes of calls, after the longest rest the next one is let through."""
    breaker, now = Breaker(), 0.0
    for after_s, succeeds in calls:
        now += after_s
        is_trial = breaker.state(now) == "half_open"
        breaker = breaker.tried() if is_trial else breaker
        breaker = breaker.answered() if succeeds else breaker.failed(now, is_trial=is_trial)
        assert breaker.state(now + LONGEST_REST_S) != "open"
        assert (breaker.state(now) == "closed") or not succeeds
