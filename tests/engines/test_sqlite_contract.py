"""The SQLite engine keeps every promise of an engine, in simulated time and with its threads."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from aizuchi.engines.sqlite import open_engine
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract import ENGINE_CONTRACT, ONE_PROCESS_PROMISES
from aizuchi.testing.engine_contract.bench import OpenEngine

Promise = Callable[[OpenEngine], Awaitable[None]]
every_promise = pytest.mark.parametrize(
    "promise", ENGINE_CONTRACT + ONE_PROCESS_PROMISES, ids=lambda promise: promise.__name__
)


@every_promise
async def test_in_simulated_time(promise: Promise, tmp_path: Path) -> None:
    await promise(partial(open_engine, tmp_path, clock=virtual_time.clock, threads=False))


@every_promise
@pytest.mark.real_time
async def test_with_threads(promise: Promise, tmp_path: Path) -> None:
    await promise(partial(open_engine, tmp_path, clock=time.time))
