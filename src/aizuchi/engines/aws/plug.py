"""The engine as the settings ask for it."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from aizuchi.engines.aws.opening import Cloud
from aizuchi.engines.aws.opening import open_engine as open_cloud
from aizuchi.engines.aws.queues import Addresses
from aizuchi.ports import Engine
from aizuchi.settings.aws import AwsSettings


def open_engine(aws: AwsSettings, **how: Any) -> AbstractAsyncContextManager[Engine]:
    queues = Addresses(aws.turns, aws.side)
    return open_cloud(Cloud(aws.table, queues, sockets=aws.sockets), **how)
