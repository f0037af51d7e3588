"""Async tests run in simulated time; those that need real sockets or processes say so."""

import asyncio
import inspect
from collections.abc import Coroutine
from typing import Any

import pytest

from aizuchi.testing import virtual_time

REAL_TIME_LIMIT_S = 120


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_time: runs in real time, for sockets and processes")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    test = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    if pyfuncitem.get_closest_marker("real_time"):
        asyncio.run(_limited(test))
    else:
        virtual_time.run(test)
    return True


async def _limited(test: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(REAL_TIME_LIMIT_S):
        await test
