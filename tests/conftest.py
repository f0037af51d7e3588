"""Async tests run in simulated time; those that need real sockets or processes say so."""

import asyncio
import inspect
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from tests.crash.tally import Tally

from aizuchi.testing import virtual_time

REAL_TIME_LIMIT_S = 120
TALLY = pytest.StashKey[Tally]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tally", type=Path, help="where what the crash matrices found is kept")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_time: runs in real time, for sockets and processes")
    config.stash[TALLY] = Tally()


@pytest.fixture
def tally(pytestconfig: pytest.Config) -> Tally:
    """What the crash matrices of this run have found so far."""
    return pytestconfig.stash[TALLY]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if tally := config.stash[TALLY]:
        terminalreporter.section("what the faults came to")
        terminalreporter.write_line("\n".join(tally.lines()))
        if file := config.getoption("--tally"):
            tally.save(file)


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
