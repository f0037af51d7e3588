"""The memory engine keeps every promise of an engine, in simulated time and in real time."""

import time
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from aizuchi.engines.memory import Store, open_engine
from aizuchi.errors import StoreInUse
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract import ENGINE_CONTRACT, ONE_PROCESS_PROMISES
from aizuchi.testing.engine_contract.bench import OpenEngine

Promise = Callable[[OpenEngine], Awaitable[None]]
every_promise = pytest.mark.parametrize(
    "promise", ENGINE_CONTRACT + ONE_PROCESS_PROMISES, ids=lambda promise: promise.__name__
)


@every_promise
async def test_in_simulated_time(promise: Promise) -> None:
    await promise(partial(open_engine, Store(), clock=virtual_time.clock))


@every_promise
@pytest.mark.real_time
async def test_in_real_time(promise: Promise) -> None:
    await promise(partial(open_engine, Store(), clock=time.time))


async def test_a_store_has_one_holder() -> None:
    store = Store()
    async with open_engine(store, clock=virtual_time.clock):
        with pytest.raises(StoreInUse):
            async with open_engine(store, clock=virtual_time.clock):
                pass
    async with open_engine(store, clock=virtual_time.clock):
        pass
