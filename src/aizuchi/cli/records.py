"""The records that commands read: of the store in the home folder, or of one on AWS."""

import argparse
import asyncio
import os
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from aizuchi.cli.aws import NAME, NAMED, installation_of
from aizuchi.deploy.aws.account import Account, open_account, refusals_told
from aizuchi.deploy.aws.place import Notes, has_table
from aizuchi.engines.aws.opening import Cloud, open_store
from aizuchi.engines.aws.queues import Addresses
from aizuchi.engines.aws.reading import AwsRecords
from aizuchi.engines.sqlite.reading import records
from aizuchi.history import Own, UsageDay
from aizuchi.ports import Retention
from aizuchi.settings import Settings
from aizuchi.traces import Listed, Told, UsedElsewhere

STAGE = "read the installation on AWS of this stage, and not the store here"
REGION = "where it is (otherwise AWS_REGION or the profile says it)"
T = TypeVar("T")


class Records(Protocol):
    """What can be read of a store; nothing is written, and no work is taken."""

    def people(self) -> Sequence[str]: ...

    def export(self, person: str) -> Sequence[Own]: ...

    def turns(self, exact: str, ending: str, within: str) -> Sequence[str]: ...

    def chat(self, beginning: str, most: int) -> Sequence[Listed]: ...

    def life(self, turn_id: str) -> Told | None: ...

    def usage(self, since: str) -> Sequence[UsageDay]: ...

    def elsewhere(self, since: str) -> Sequence[UsedElsewhere]: ...


def add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stage", default="", metavar="STAGE", help=STAGE)
    parser.add_argument("--region", default="", metavar="REGION", help=REGION)
    parser.add_argument("--name", default=NAME, metavar="NAME", help=NAMED)


def is_on_aws(options: argparse.Namespace, settings: Settings) -> bool:
    return bool(options.stage or settings.aws.is_on)


@contextmanager
def open_records(options: argparse.Namespace, settings: Settings) -> Iterator[Records]:
    """
    Raises:
        StoreError: there is no store, or it cannot be read.
        DeployError: there is no such installation, or nobody lets us in.
    """
    if not is_on_aws(options, settings):
        with records(settings.home) as store:
            yield store
        return
    account = open_account(options.region)
    with _on_aws(_table(options, settings, account), account, settings) as store:
        yield store


def _table(options: argparse.Namespace, settings: Settings, account: Account) -> str:
    """Named by the stage, as all of an installation is, or by the settings."""
    if not options.stage:
        return settings.aws.table
    installation = installation_of(options)
    if not has_table(account, installation):
        raise Notes(settings.home, installation).nowhere(account)
    return installation.stack


@contextmanager
def _on_aws(table: str, account: Account, settings: Settings) -> Iterator[Records]:
    cloud = Cloud(table, Addresses("", ""), _environment(account))
    opening = open_store(cloud, time.time, Retention(*settings.retention))
    with asyncio.Runner() as runner:
        store = runner.run(opening.__aenter__())
        try:
            yield _OnAws(AwsRecords(store), runner)
        finally:
            runner.run(opening.__aexit__(None, None, None))


class _OnAws:
    """Asks one thing after the other, in a loop of its own."""

    def __init__(self, asked: AwsRecords, runner: asyncio.Runner) -> None:
        self._records, self._runner = asked, runner

    def people(self) -> Sequence[str]:
        return self._run(self._records.people())

    def export(self, person: str) -> Sequence[Own]:
        return self._run(self._records.export(person))

    def turns(self, exact: str, ending: str, within: str) -> Sequence[str]:
        return self._run(self._records.turns(exact, ending, within))

    def chat(self, beginning: str, most: int) -> Sequence[Listed]:
        return self._run(self._records.chat(beginning, most))

    def life(self, turn_id: str) -> Told | None:
        return self._run(self._records.life(turn_id))

    def usage(self, since: str) -> Sequence[UsageDay]:
        return self._run(self._records.usage(since))

    def elsewhere(self, since: str) -> Sequence[UsedElsewhere]:
        """Only the lives of turns tell of it there."""
        return ()

    def _run(self, asked: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(asked)


def _environment(account: Account) -> dict[str, str]:
    """As whom and where this machine is logged in, also by a profile or a role."""
    with refusals_told():
        keys = account.session.get_credentials().get_frozen_credentials()
    found = {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token or "",
        "AWS_REGION": account.region,
    }
    endpoints = {
        name: value for name, value in os.environ.items() if name.startswith("AWS_ENDPOINT_URL")
    }
    return {**endpoints, **found}
