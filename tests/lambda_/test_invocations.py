"""The emulated Lambda runs real processes with the real awslambdaric, by Lambda's own rules."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from aizuchi.testing.lambda_ import Function, Spec, TooLarge, running
from aizuchi.testing.lambda_.invocations import MOST_ASYNC, MOST_RETURNED, MOST_SYNC

pytestmark = pytest.mark.real_time
FOLDER = Path(__file__).parent / "functions"


def spec(name: str, **more: Any) -> Spec:
    return Spec(f"handlers.{name}", FOLDER, **more)


async def returned(function: Function, event: Any = None) -> Any:
    outcome = await function.invoke(json.dumps(event or {}).encode())
    assert outcome.is_good, outcome
    return outcome.json()


async def test_an_environment_is_used_again() -> None:
    async with running(spec("count")) as function:
        first = await returned(function, {"n": 1})
        second = await returned(function, {"n": 2})
        assert (first["event"], first["use"], second["use"]) == ({"n": 1}, 1, 2)
        assert first["request"] != second["request"]
        assert len(function.environments) == 1


async def test_two_at_once_need_two_environments() -> None:
    async with running(spec("sleep")) as function:
        both = (returned(function, {"seconds": 0.2}) for _ in range(2))
        assert await asyncio.gather(*both) == ["slept", "slept"]
        assert len(function.environments) == 2


async def test_more_at_once_than_are_reserved_are_refused() -> None:
    async with running(spec("sleep"), concurrency=1) as function:
        first = function.begin(b'{"seconds": 0.2}')
        await asyncio.sleep(0)
        refused = await function.invoke(b'{"seconds": 0}')
        assert refused.kind == "throttled"
        assert refused.json()["errorType"] == "TooManyRequestsException"
        assert (await first.outcome()).is_good


async def test_what_a_function_raises_is_told_and_its_environment_lives_on() -> None:
    async with running(spec("fail")) as function:
        for _ in range(2):
            failed = await function.invoke(b"{}")
            assert failed.kind == "failed"
            assert failed.json()["errorType"] == "ValueError"
        assert len(function.environments) == 1
        assert "not this time" in function.log


async def test_a_process_that_leaves_is_replaced() -> None:
    async with running(spec("leave")) as function:
        for _ in range(2):
            left = await function.invoke(b"{}")
            assert left.kind == "exited"
            assert "exit status 3" in left.json()["errorMessage"]
        assert len(function.environments) == 2


async def test_a_handler_that_is_not_there_fails_to_begin() -> None:
    async with running(spec("nobody")) as function:
        failed = await function.invoke(b"{}")
        assert failed.json()["errorType"] == "Runtime.HandlerNotFound"


async def test_a_function_is_killed_at_its_deadline() -> None:
    async with running(spec("sleep", timeout_s=0.5)) as function:
        late = await function.invoke(b'{"seconds": 60}')
        assert late.kind == "timed_out"
        assert "Task timed out after 0.50 seconds" in late.json()["errorMessage"]
        assert not function.environments[0].is_alive
        assert await returned(function, {"seconds": 0}) == "slept"


async def test_a_function_can_be_killed_in_the_middle() -> None:
    async with running(spec("sleep")) as function:
        await returned(function, {"seconds": 0})
        running_now = function.begin(b'{"seconds": 60}')
        await running_now.began.wait()
        await function.kill()
        assert "SIGKILL" in (await running_now.outcome()).json()["errorMessage"]


async def test_a_function_knows_how_long_it_may_take() -> None:
    async with running(spec("left", timeout_s=30)) as function:
        assert 28_000 < (await returned(function))["left_ms"] <= 30_000


async def test_a_function_may_live_in_another_time() -> None:
    async with running(spec("left", skew_s=3600, timeout_s=30)) as wrong:
        async with running(spec("left")) as right:
            one, other = await returned(wrong), await returned(right)
        assert one["now"] - other["now"] == pytest.approx(3600, abs=30)
        assert 28_000 < one["left_ms"] <= 30_000


async def test_nothing_goes_on_between_invocations(tmp_path: Path) -> None:
    ticks = tmp_path / "ticks"
    async with running(spec("go_on_working", environ={"TICKS": str(ticks)})) as function:
        assert await returned(function) == "taken"
        assert function.environments[0].is_frozen
        before = ticks.stat().st_size
        await asyncio.sleep(0.3)  # thirty steps of what is frozen
        assert ticks.stat().st_size == before


async def test_a_call_holds_6_mb_and_so_does_its_answer() -> None:
    async with running(spec("large")) as function:
        with pytest.raises(TooLarge, match=str(MOST_SYNC)):
            function.begin(b" " * (MOST_SYNC + 1))
        assert len(await returned(function, {"bytes": MOST_RETURNED - 2})) == MOST_RETURNED - 2
        refused = await function.invoke(json.dumps({"bytes": MOST_RETURNED}).encode())
        assert refused.json()["errorType"] == "Function.ResponseSizeTooLarge"


async def test_an_event_is_tried_three_times_with_one_id() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with running(spec("fail")) as function:
        with pytest.raises(TooLarge):
            function.send(b" " * (MOST_ASYNC + 1))
        assert not (await function.send(b"{}", sleep)).is_good
        assert waits == [60, 120]
        assert len(function.invocations) == 3
        assert len({invocation.request_id for invocation in function.invocations}) == 1
