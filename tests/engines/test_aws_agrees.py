"""Whatever is done to it, the engine on AWS answers as the memory engine does.

But for the order among conversations, which is no promise; for a restart, which clears no lease
where others share the store; for what is only to be ended, which a guardian ends here too; for a
settlement that comes twice, which is known again; and for what is handed back, which is known at
once to be over.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import consumes, multiple, rule
from tests.engines.clouds import opener, played
from tests.engines.test_engines_agree import (
    ALLOWANCE,
    BOUNDS,
    CLEANED_S,
    SCOPES,
    Act,
    EnginesAgree,
    Saying,
    at_once,
    sayings,
    settlements,
    talks,
    texts,
    windows,
)

from aizuchi.answers import Entry, Finished
from aizuchi.engines import memory
from aizuchi.engines.aws.keys import Order
from aizuchi.flushing import Rhythm
from aizuchi.ports import Engine, Settlement
from aizuchi.recall import Scope, Window
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import running
from aizuchi.turns import Claim

AT_ONCE = Rhythm(early_s=0.05, for_s=0, late_s=0.05, breath_s=0)


class Counted(Order):
    """Places as the memory engine gives them."""

    def next(self, after: int) -> int:
        self._last += 1
        return self._last


async def whatever_is_there(engine: Engine) -> list[Claim]:
    """All that may be claimed now."""
    found: list[Claim] = []
    while claim := await at_once(engine.queue.claim()):
        found.append(claim)
    return sorted(found, key=lambda claim: claim.turn.seq)


class AwsAgrees(EnginesAgree):
    """Both engines, side by side in one simulated time."""

    def __init__(self) -> None:
        super().__init__()
        self._settled: set[tuple[str, int]] = set()

    @rule(target=EnginesAgree.claims, only_to_end=st.just(False))
    def claim(self, only_to_end: bool) -> Any:
        return multiple(*self._claim_all())

    @rule(claim=consumes(EnginesAgree.claims))
    def release(self, claim: Claim) -> None:
        super().release(claim)

    @rule(claim=EnginesAgree.claims, settlement=settlements)
    def settle(self, claim: Claim, settlement: Settlement) -> None:
        known = (claim.turn.message.turn_id, claim.turn.attempt)
        if known not in self._settled:
            settled = self._both(lambda engine: engine.queue.settle(claim, settlement))
            self._settled |= {known} if settled is None else set()

    @rule(talk=talks)
    def talk(self, talk: list[tuple[Saying, Sequence[Entry], Finished, Settlement]]) -> None:
        for said, written, end, settlement in talk:
            self.accept([said])
            for claim in self._claim_all():
                self.append(claim, written)
                self.finish_and_settle(claim, end, settlement)

    @rule(said=sayings, scope=st.sampled_from(SCOPES[:3]), window=windows, text=texts)
    def summarise(self, said: Saying, scope: Scope, window: Window, text: str) -> None:
        """Once nothing is open: then it is the same whether a turn is open here or anywhere."""
        self._answer_all()
        super().summarise(said, scope, window, text)

    def restart(self) -> None:
        """What is on AWS has none."""

    def _claim_all(self) -> list[Claim]:
        claims: list[Claim] = self._both(whatever_is_there)
        return claims

    def _answer_all(self) -> None:
        self.let_time_pass(BOUNDS.lease_s + 1)
        while claims := self._claim_all():
            for claim in claims:
                self.finish_and_settle(claim, Finished("answered", "late"), Settlement("answered"))

    def _both(self, act: Act) -> Any:
        """Never two things in the same moment."""
        answer = super()._both(act)
        self._run(asyncio.sleep(CLEANED_S))
        return answer

    async def _open(self) -> None:
        aws, cloud = await self._opened.enter_async_context(played())
        aws.round_trip_s = 0.0
        order = Counted(virtual_time.clock, lambda: 0.0)
        openers = [
            opener(cloud, order=order, rhythm=AT_ONCE),
            partial(memory.open_engine, memory.Store(), clock=virtual_time.clock),
        ]
        self._engines = [
            await self._opened.enter_async_context(running(opener, BOUNDS, ALLOWANCE))
            for opener in openers
        ]


TestAwsAgrees: Any = AwsAgrees.TestCase
TestAwsAgrees.settings = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
