"""The endpoints where a model can be asked, in their order, and which of them is asked next."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import NamedTuple

from aizuchi.breaker import Breaker, State
from aizuchi.errors import ContentFiltered, ContextOverflow, ModelError, PicturesRefused
from aizuchi.ports import Declared, Model, Part, PromptMessage
from aizuchi.retries import RetryBudget
from aizuchi.tracing import note

MAIN = "model"
PATIENCE_S = 5.0
PAUSE_S = 0.5
IT_WORKS = (ContentFiltered, ContextOverflow, PicturesRefused)
"""What an endpoint refuses that works: the words, not the caller."""

logger = logging.getLogger(__name__)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


class Endpoint:
    """A model at one address, by the name of its settings: `[model]`, or one of its fallbacks; and
    whether it is shown pictures."""

    def __init__(self, name: str, model: Model, *, sees: bool = True) -> None:
        self.name, self.model, self.sees = name, model, sees
        self.breaker = Breaker()
        self.calls = self.failures = 0

    def __str__(self) -> str:
        return f"[{MAIN}]" if self.is_main else f"[{MAIN}.fallbacks.{self.name}]"

    @property
    def is_main(self) -> bool:
        return self.name == MAIN


class Standing(NamedTuple):
    """How an endpoint does: its calls in this process, and how many of them failed."""

    name: str
    state: State
    calls: int
    failures: int


class Call(NamedTuple):
    """Where the model is asked, and after how long, in seconds; `is_trial`: whether that shows if
    an endpoint has rested enough."""

    endpoint: Endpoint
    pause_s: float = 0.0
    is_trial: bool = False


class Endpoints:
    """Several of them as one model. What their calls come to is kept for the life of the process.
    The clock never goes back."""

    def __init__(
        self, endpoints: Sequence[Endpoint], clock: Callable[[], float] = _loop_time
    ) -> None:
        self._endpoints, self._clock = endpoints, clock
        self._budget = RetryBudget()

    def among(self, names: Sequence[str]) -> "Endpoints":
        """Only those, with all that is known of them."""
        return Endpoints([each for each in self._endpoints if each.name in names], self._clock)

    def standings(self) -> tuple[Standing, ...]:
        return tuple(
            Standing(each.name, self._state(each), each.calls, each.failures)
            for each in self._endpoints
        )

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        """One call, for what nobody waits for: where it fails, it is not made again."""
        call = self.first()
        with self.calling(call):
            async with aclosing(call.endpoint.model.stream(prompt, tools)) as parts:  # type: ignore[type-var]  # a generator in practice
                async for part in parts:
                    yield part

    # ── which one ─────────────────────────────────────────────────────────────

    def first(self) -> Call:
        """Where the model is asked: at the first that does not rest. Where all do, the one that has
        rested longest is asked nonetheless: nobody is told of trouble that may be over."""
        self._budget.called(self._clock())
        awake = (each for each in self._endpoints if self._state(each) != "open")
        chosen = next(awake, None) or min(self._endpoints, key=lambda each: each.breaker.until)
        if chosen is not self._endpoints[0]:
            note("asked_instead", str(chosen))
            logger.info("%s rests: asking %s", self._endpoints[0], chosen)
        return self._call(chosen)

    def second(self, failed: Call, error: ModelError, *, can_shorten: bool = False) -> Call | None:
        """Where it is asked once more after a call that failed; None where that would not help,
        take too long, or be one too many. Who had to try an endpoint is never the one too many."""
        if isinstance(error, ContextOverflow) and can_shorten:
            return Call(failed.endpoint)  # another might read even less
        if isinstance(error, PicturesRefused):
            return Call(failed.endpoint)  # without them
        if isinstance(error, ContentFiltered):
            return None  # an answer: nobody looks for an endpoint that gives another
        second = self._elsewhere(failed.endpoint) or self._again(failed.endpoint, error)
        if second and not (failed.is_trial or self._budget.take(self._clock())):
            note("not_again", error.code)
            logger.warning("%s failed, and too many have within this minute", failed.endpoint)
            return None
        return second

    def _elsewhere(self, failed: Endpoint) -> Call | None:
        others = [each for each in self._endpoints if each is not failed]
        for state in ("closed", "half_open"):
            for each in others:
                if self._state(each) == state:
                    return self._call(each)
        return None

    def _again(self, failed: Endpoint, error: ModelError) -> Call | None:
        """At the same endpoint, unless it rests: then one call is enough to know."""
        pause_s = PAUSE_S if error.retry_after_s is None else error.retry_after_s
        rests = self._state(failed) == "open"
        return None if rests or not error.retry or pause_s > PATIENCE_S else Call(failed, pause_s)

    def _call(self, endpoint: Endpoint) -> Call:
        return Call(endpoint, is_trial=self._state(endpoint) == "half_open")

    def _state(self, endpoint: Endpoint) -> State:
        return endpoint.breaker.state(self._clock())

    # ── what comes of it ──────────────────────────────────────────────────────

    @contextmanager
    def calling(self, call: Call) -> Iterator[None]:
        """How a call ends shows how its endpoint does."""
        endpoint, is_trial = call.endpoint, call.is_trial
        endpoint.calls += 1
        endpoint.breaker = endpoint.breaker.tried() if is_trial else endpoint.breaker
        try:
            yield
        except IT_WORKS:
            self._answered(endpoint)
            raise
        except ModelError as error:
            self._failed(endpoint, error, is_trial=is_trial)
            raise
        except BaseException:
            endpoint.breaker = endpoint.breaker.left() if is_trial else endpoint.breaker
            raise
        self._answered(endpoint)

    def _answered(self, endpoint: Endpoint) -> None:
        if endpoint.breaker.rest_s:
            logger.warning("%s answers again", endpoint)
        endpoint.breaker = endpoint.breaker.answered()

    def _failed(self, endpoint: Endpoint, error: ModelError, *, is_trial: bool) -> None:
        wait_s, before = error.retry_after_s or 0.0, endpoint.breaker
        wait_s = wait_s if wait_s > PATIENCE_S else 0.0
        endpoint.failures += 1
        endpoint.breaker = before.failed(self._clock(), is_trial=is_trial, wait_s=wait_s)
        if endpoint.breaker.rest_s != before.rest_s:
            rest_s = endpoint.breaker.rest_s
            logger.warning("%s rests for %.0f s (%s)", endpoint, rest_s, error.code)


def endpoints_of(model: Model) -> Endpoints:
    """A model by itself is the only endpoint."""
    return model if isinstance(model, Endpoints) else Endpoints([Endpoint(MAIN, model)])
