"""Second calls are at most a tenth of the first ones, and a few a minute in any case."""

from hypothesis import given
from hypothesis import strategies as st

from aizuchi.retries import ALWAYS, SHARE, WINDOW_S, RetryBudget

steps = st.lists(st.tuples(st.sampled_from([0.0, 0.01, 0.5, 7.0, 61.0]), st.booleans()))
bursts = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 30)), max_size=20)


def within(times: list[float], now: float) -> int:
    return sum(now - WINDOW_S < time <= now for time in times)


def test_a_small_installation_may_always_ask_again_a_few_times() -> None:
    budget = RetryBudget()
    assert [budget.take(0.0) for _ in range(ALWAYS + 1)] == [True] * ALWAYS + [False]
    assert not budget.take(WINDOW_S - 0.1)
    assert budget.take(WINDOW_S)


def test_a_busy_one_may_ask_again_for_a_tenth_of_its_calls() -> None:
    budget = RetryBudget()
    for _ in range(100):
        budget.called(0.0)
    assert sum(budget.take(1.0) for _ in range(50)) == 10


def test_what_was_not_used_is_not_saved() -> None:
    budget = RetryBudget()
    for _ in range(1_000):
        budget.called(0.0)
    assert sum(budget.take(WINDOW_S) for _ in range(50)) == ALWAYS


@given(steps)
def test_every_second_call_is_within_the_budget_at_its_time(
    taken: list[tuple[float, bool]],
) -> None:
    budget, now = RetryBudget(), 0.0
    calls: list[float] = []
    retries: list[float] = []
    for after_s, is_retry in taken:
        now += after_s
        most = max(ALWAYS, SHARE * within(calls, now))
        if not is_retry:
            budget.called(now)
            calls.append(now)
        elif budget.take(now):
            retries.append(now)
            assert within(retries, now) <= most
        else:
            assert within(retries, now) + 1 > most, "refused though there was room"


@given(bursts)
def test_an_outage_of_any_length_adds_a_tenth_and_a_few_a_minute(
    minutes: list[tuple[int, int]],
) -> None:
    """Each minute has so many first calls and so many that would like a second one."""
    budget = RetryBudget()
    granted = 0
    for minute, (calls, failing) in enumerate(minutes):
        for _ in range(calls):
            budget.called(minute * WINDOW_S)
        granted += sum(budget.take(minute * WINDOW_S) for _ in range(failing))
    assert granted <= SHARE * sum(calls for calls, _ in minutes) + ALWAYS * len(minutes)
