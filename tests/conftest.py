"""Async tests run in simulated time; those that need real sockets or processes say so. Where
several processes run the tests, what of them belongs together runs in one."""

import asyncio
import inspect
from collections.abc import Coroutine, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from tests.crash.tally import Tally
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from aizuchi.testing import virtual_time

REAL_TIME_LIMIT_S = 120
TALLY = "tally"
SUITES = ("tests/deploy/conformance/",)
"""The folders of which all files ask one installation, in their order."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tally", type=Path, help="where what the crash matrices found is kept")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_time: runs in real time, for sockets and processes")


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # untyped
    """Hands each process whole files, and a suite's files all to one."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return next((suite for suite in SUITES if file.startswith(suite)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """What the crash matrices of a test find, which is told with all others' at the end."""
    found = Tally()
    yield found
    request.node.user_properties.append((TALLY, found.plain()))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    tally = Tally()
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport) and report.when == "teardown":
            told: Mapping[str, Any] = dict(report.user_properties)
            tally.add_plain(told.get(TALLY, ()))
    if tally:
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
