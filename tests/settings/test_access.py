"""Who is answered and how often, decided without a store; the line that tells a refusal."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.access import admit, enter, next_day, refusal_line
from aizuchi.events import Message, Place, Sender
from aizuchi.ports import Allowance
from aizuchi.turns import Refusal

TOKYO = timezone(timedelta(hours=9), "JST")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=TOKYO).timestamp()
MIDNIGHT = datetime(2026, 11, 22, 0, 0, tzinfo=TOKYO).timestamp()


def message(sender: Sender, surface: str = "slack") -> Message:
    return Message("t", surface, "T1", "c", Place("p", "shared"), sender, "hello")


def admitted(
    recent: list[float], answers: int = 0, tokens: int = 0, *, allowance: Allowance
) -> Refusal | None:
    return admit(recent, answers, tokens, at=NOON, now=NOON, allowance=allowance, zone=TOKYO)


def test_a_surfaces_own_people_are_answered() -> None:
    assert enter(message(Sender("U1")), ()) is None


@pytest.mark.parametrize("allow", [(), ("U2",), ("discord:U1",)])
def test_somebody_from_outside_is_refused(allow: tuple[str, ...]) -> None:
    assert enter(message(Sender("U1", outside=True)), allow) == Refusal("not_allowed")


@pytest.mark.parametrize("allow", ["U1", "slack:U1", "T9", "slack:T9"])
def test_who_is_named_is_answered(allow: str) -> None:
    assert enter(message(Sender("U1", groups=("T9",), outside=True)), (allow,)) is None


def test_the_message_over_the_minutes_limit_is_refused_until_one_leaves_the_minute() -> None:
    recent = [NOON - 61, NOON - 50, NOON - 40, NOON - 1]
    assert admitted(recent, allowance=Allowance(4, 0, 0)) is None
    assert admitted(recent, allowance=Allowance(3, 0, 0)) == Refusal("too_fast", 3, NOON + 10)
    assert admitted(recent, allowance=Allowance(2, 0, 0)) == Refusal("too_fast", 2, NOON + 20)


def test_the_days_answers_are_counted_to_the_servers_midnight() -> None:
    allowance = Allowance(0, 200, 0)
    assert admitted([], 199, allowance=allowance) is None
    assert admitted([], 200, allowance=allowance) == Refusal("day_used", 200, MIDNIGHT)


def test_the_assistants_tokens_are_counted_to_the_servers_midnight() -> None:
    allowance = Allowance(0, 0, 1000)
    assert admitted([], 0, 999, allowance=allowance) is None
    assert admitted([], 0, 1000, allowance=allowance) == Refusal("tokens_used", 1000, MIDNIGHT)


def test_the_limit_that_holds_longer_is_told() -> None:
    refusal = admitted([NOON] * 10, 200, allowance=Allowance(10, 200, 0))
    assert refusal == Refusal("day_used", 200, MIDNIGHT)


def test_zero_is_no_limit() -> None:
    assert admitted([NOON] * 99, 9999, 10**9, allowance=Allowance(0, 0, 0)) is None


@given(st.lists(st.floats(NOON - 120, NOON)), st.integers(1, 12))
def test_whoever_comes_when_it_opens_is_let_in(recent: list[float], most: int) -> None:
    allowance = Allowance(most, 0, 0)
    refusal = admitted(recent, allowance=allowance)
    if refusal:
        assert NOON < refusal.opens_at <= NOON + 60
        then = refusal.opens_at
        assert admit(recent, 0, 0, at=then, now=then, allowance=allowance) is None


def test_a_day_of_25_hours_ends_at_midnight() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    morning = datetime(2026, 10, 25, 0, 30, tzinfo=berlin).timestamp()
    assert next_day(morning, berlin) == datetime(2026, 10, 26, tzinfo=berlin).timestamp()


def test_a_refusal_says_when_it_opens_in_the_servers_time() -> None:
    line = refusal_line(Refusal("day_used", 200, MIDNIGHT), "en", zone=TOKYO)
    assert "200 answers" in line
    assert "00:00 JST" in line
    japanese = refusal_line(Refusal("too_fast", 10, NOON + 20.2), "ja", zone=TOKYO)
    assert "10件" in japanese
    assert "12:00:21 JST" in japanese


def test_a_refused_person_hears_who_can_let_them_in() -> None:
    assert "Aiko" in refusal_line(Refusal("not_allowed"), "en", owner="Aiko")
    assert "Whoever runs me" in refusal_line(Refusal("not_allowed"), "en")
    assert "管理者" in refusal_line(Refusal("not_allowed"), "ja")


def test_the_time_has_a_name_also_without_a_zone() -> None:
    name = datetime.fromtimestamp(NOON, UTC).astimezone().tzname()
    assert name
    assert name in refusal_line(Refusal("day_used", 1, MIDNIGHT), "en")
