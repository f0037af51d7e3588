"""One suite for both ways of deploying: each brings up one installation, on which all of it runs.

The platforms are on an event loop that lives as long as the session, and so do the tests.
"""

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.deploy.conformance.installations import Installation
from tests.deploy.conformance.platforms import SHORT, Platforms, around
from tests.deploy.conformance.ways import CloudFormation, Command, Terraformed, Way
from tests.simulator.aws_house import Account
from tests.simulator.conftest import their_account  # noqa: F401 - a fixture

TEST_WITHIN_S = 300
STAGES = f"t{os.getpid()}"
"""What the stages begin with: nobody else's on this machine, so that their processes are known by
it. Each way has its own: where both had one, messages of the second waited 40 s in ministack."""

WAIT_WITHIN_S, SILENT_S = 30, 4
BOUNDS = {"wait_within_s": WAIT_WITHIN_S, "answer_within_s": 40, "silent_s": SILENT_S}
SETTINGS = """\
[slack]
api_base = "{slack}"
[discord]
api_base = "{discord}"
[limits]
answer_within_s = {answer_within_s}
wait_within_s = {wait_within_s}
messages_per_minute = 0
[model]
idle_s = {silent_s}
[memory]
summaries = false
"""
"""A platform that is played, and bounds that a test can wait for."""


OpenWay = Callable[[Account, Command, str], Way]
WAYS: Mapping[str, OpenWay] = {"cloudformation": CloudFormation, "terraform": Terraformed}


class Standing(NamedTuple):
    """An installation, the way by which it came up, and what stands around it."""

    way: Way
    installation: Installation
    platforms: Platforms


@pytest.fixture(scope="session", autouse=True)
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(
    scope="session",
    params=["cloudformation", pytest.param("terraform", marks=pytest.mark.proof)],
)
def standing(
    request: pytest.FixtureRequest,
    runner: asyncio.Runner,
    their_account: Account,  # noqa: F811 - the fixture
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Standing]:
    open_way = WAYS[request.param]
    stage = STAGES + request.param[0]
    folder = tmp_path_factory.mktemp(request.param)
    opened = AsyncExitStack()
    try:
        yield runner.run(brought_up(open_way, their_account, folder, stage, opened))
    finally:
        runner.run(opened.aclose())


async def brought_up(
    open_way: OpenWay,
    account: Account,
    folder: Path,
    stage: str,
    opened: AsyncExitStack,
) -> Standing:
    platforms = await opened.enter_async_context(around(account.address))
    bases = {"slack": platforms.slack.api_base, "discord": platforms.discord.api_base}
    (folder / "aizuchi.toml").write_text(SETTINGS.format_map({**bases, **BOUNDS}))
    way = open_way(account, Command(folder, account, platforms.environment), stage)
    installation = await way.up()
    platforms.face(installation.outputs["Address"])
    return Standing(way, installation, platforms)


@pytest.fixture
def platforms(standing: Standing) -> Platforms:
    standing.platforms.model.script(SHORT)
    return standing.platforms


@pytest.fixture
def installation(standing: Standing) -> Installation:
    return standing.installation


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    given: dict[str, Any] = pyfuncitem.funcargs
    names = inspect.signature(pyfuncitem.obj).parameters

    async def limited() -> None:
        async with asyncio.timeout(TEST_WITHIN_S):
            await pyfuncitem.obj(**{name: given[name] for name in names})

    given["runner"].run(limited())
    return True
