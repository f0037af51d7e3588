"""Which endpoint is asked next: one that works before one that rests, and never too many."""

from collections.abc import Sequence

import pytest
from tests.worker.office import Part, ScriptedModel, saying

from aizuchi.breaker import IN_A_ROW, REST_S
from aizuchi.endpoints import PAUSE_S, Call, Endpoint, Endpoints
from aizuchi.errors import (
    ContentFiltered,
    ContextOverflow,
    ModelCut,
    ModelEmpty,
    ModelError,
    ModelKeyRefused,
    ModelMalformed,
    ModelNotFound,
    ModelRateLimited,
    ModelRequestRefused,
    ModelSilent,
    ModelUnavailable,
    ModelUnreachable,
)
from aizuchi.ports import Ending, PromptMessage, Text
from aizuchi.retries import ALWAYS

ITS_OWN = (ModelKeyRefused, ModelNotFound, ModelUnreachable, ModelSilent, ModelRequestRefused)
"""What the same endpoint would only say again, and another need not."""
PASSING = (ModelRateLimited, ModelUnavailable, ModelCut, ModelMalformed, ModelEmpty)
QUESTION = (PromptMessage("user", "Hi"),)


class Clock:
    """Time as the test has it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Row:
    """Endpoints in a row, the first of them `[model]`, with a clock of their own."""

    def __init__(self, *scripts: Sequence[Part]) -> None:
        names = ("model", "one", "two")
        self.all = [
            Endpoint(name, ScriptedModel(script))
            for name, script in zip(names, scripts, strict=False)
        ]
        self.clock = Clock()
        self.endpoints = Endpoints(self.all, self.clock)

    def fail(self, place: int, error: ModelError, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(ModelError), self.endpoints.calling(Call(self.all[place])):
                raise error

    def answer(self, place: int) -> None:
        with self.endpoints.calling(Call(self.all[place])):
            pass

    def break_down(self, place: int) -> None:
        self.fail(place, ModelUnavailable("503"), IN_A_ROW)

    def second(self, place: int, error: ModelError) -> Call | None:
        return self.endpoints.second(Call(self.all[place]), error)

    @property
    def states(self) -> list[str]:
        return [each.state for each in self.endpoints.standings()]


def row(count: int) -> Row:
    says: Sequence[Part] = [Text("hi"), Ending("stop")]
    return Row(*[says] * count)


@pytest.mark.parametrize("kind", [*ITS_OWN, *PASSING])
def test_another_endpoint_is_asked_at_once(kind: type[ModelError]) -> None:
    here = row(2)
    assert here.second(0, kind("it")) == Call(here.all[1], 0.0)


@pytest.mark.parametrize("kind", PASSING)
def test_the_only_endpoint_is_asked_again_where_that_may_help(kind: type[ModelError]) -> None:
    here = row(1)
    assert here.second(0, kind("it")) == Call(here.all[0], PAUSE_S)


@pytest.mark.parametrize("kind", ITS_OWN)
def test_the_only_endpoint_is_not_asked_again_where_it_cannot_help(kind: type[ModelError]) -> None:
    assert row(1).second(0, kind("it")) is None


def test_a_filter_has_answered_and_no_other_endpoint_is_asked() -> None:
    assert row(2).second(0, ContentFiltered("no")) is None


def test_what_is_too_long_is_shortened_for_the_same_endpoint_where_it_can_be() -> None:
    here, error = row(2), ContextOverflow("long")
    assert here.endpoints.second(Call(here.all[0]), error, can_shorten=True) == Call(here.all[0])
    assert here.endpoints.second(Call(here.all[0]), error, can_shorten=False) == Call(here.all[1])
    alone = row(1)
    assert alone.endpoints.second(Call(alone.all[0]), error, can_shorten=False) is None


@pytest.mark.parametrize("kind", [ContentFiltered, ContextOverflow])
def test_what_an_endpoint_refuses_that_works_does_not_open_it(kind: type[ModelError]) -> None:
    here = row(1)
    here.fail(0, kind("it"), IN_A_ROW + 1)
    assert here.states == ["closed"]


def test_an_endpoint_that_rests_is_passed_over_until_it_may_be_tried() -> None:
    here = row(2)
    here.break_down(0)
    assert here.endpoints.first().endpoint is here.all[1]
    here.clock.now += REST_S
    assert here.states == ["half_open", "closed"]
    assert here.endpoints.first().endpoint is here.all[0]


def test_while_one_call_tries_it_the_others_go_elsewhere() -> None:
    here = row(2)
    here.break_down(0)
    here.clock.now += REST_S
    with here.endpoints.calling(here.endpoints.first()):
        assert here.endpoints.first().endpoint is here.all[1]
    assert here.endpoints.first().endpoint is here.all[0]
    assert here.states == ["closed", "closed"]


def test_a_trial_that_somebody_stops_leaves_it_to_the_next_one() -> None:
    here = row(2)
    here.break_down(0)
    here.clock.now += REST_S
    with pytest.raises(KeyboardInterrupt), here.endpoints.calling(here.endpoints.first()):
        raise KeyboardInterrupt
    assert here.endpoints.first().endpoint is here.all[0]


def test_where_all_rest_the_one_that_may_be_tried_first_is_asked_once() -> None:
    here = row(2)
    here.break_down(1)
    here.clock.now += 1
    here.break_down(0)
    assert here.states == ["open", "open"]
    assert here.endpoints.first().endpoint is here.all[1]
    assert here.second(1, ModelUnavailable("503")) is None


def test_the_only_endpoint_is_asked_though_it_rests_but_once() -> None:
    here = row(1)
    here.break_down(0)
    assert here.endpoints.first().endpoint is here.all[0]
    assert here.second(0, ModelUnavailable("503")) is None
    here.answer(0)
    assert here.second(0, ModelUnavailable("503")) is not None


def test_a_fallback_that_fails_falls_back_on_the_next_that_works() -> None:
    here = row(3)
    here.break_down(0)
    assert here.second(1, ModelCut("cut")) == Call(here.all[2])
    here.break_down(2)
    assert here.second(1, ModelCut("cut")) == Call(here.all[1], PAUSE_S)
    here.clock.now += REST_S
    assert here.second(1, ModelCut("cut")) == Call(here.all[0], is_trial=True)


def test_an_endpoint_that_asks_for_a_long_rest_gets_it() -> None:
    here = row(2)
    here.fail(0, ModelRateLimited("429", retry_after_s=12.0))
    assert here.endpoints.first().endpoint is here.all[1]
    here.clock.now += 12
    assert here.endpoints.first().endpoint is here.all[0]


def test_a_short_wait_that_the_only_endpoint_asks_for_is_waited() -> None:
    here = row(1)
    busy = ModelRateLimited("429", retry_after_s=2.0)
    here.fail(0, busy)
    assert here.second(0, busy) == Call(here.all[0], 2.0)
    assert here.second(0, ModelRateLimited("429", retry_after_s=6.0)) is None


def test_once_the_budget_is_spent_nothing_is_asked_a_second_time() -> None:
    here = row(2)
    granted = [here.second(0, ModelCut("cut")) for _ in range(ALWAYS + 2)]
    assert [bool(second) for second in granted] == [True] * ALWAYS + [False] * 2
    for _ in range(100):
        here.endpoints.first()
    assert here.second(0, ModelCut("cut"))


def test_who_had_to_try_an_endpoint_is_answered_though_the_budget_is_spent() -> None:
    here = row(2)
    here.break_down(0)
    here.clock.now += REST_S
    trial = here.endpoints.first()
    assert trial == Call(here.all[0], is_trial=True)
    for _ in range(ALWAYS):
        assert here.second(0, ModelCut("cut"))
    assert here.second(0, ModelCut("cut")) is None
    assert here.endpoints.second(trial, ModelCut("cut")) == Call(here.all[1])


async def test_what_nobody_waits_for_is_asked_once_where_it_works() -> None:
    here = Row([ModelUnavailable("503")], saying("the notes"))
    for _ in range(IN_A_ROW):
        with pytest.raises(ModelUnavailable):
            assert [part async for part in here.endpoints.stream(QUESTION)]
    parts = [part async for part in here.endpoints.stream(QUESTION)]
    assert [part.text for part in parts if isinstance(part, Text)] == ["the ", "notes "]
    assert [each[2:] for each in here.endpoints.standings()] == [(3, 3), (1, 0)]


def test_some_of_them_share_what_is_known_of_all() -> None:
    here = row(3)
    here.break_down(0)
    assert here.endpoints.among(["model", "two"]).first().endpoint is here.all[2]
