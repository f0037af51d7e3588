"""A fake AWS over a network, as a function meets it."""

from collections.abc import Iterator

import pytest
from tests.aws.cloud import Cloud
from tests.simulator.aws_house import Account, ours


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with ours() as account:
        yield account


@pytest.fixture
def cloud(account: Account) -> Iterator[Cloud]:
    """Two fresh queues in it; whatever was ordered to go wrong is forgotten afterwards."""
    assert account.aws
    cloud = Cloud(account.aws, account.queue(fifo=True), account.queue())
    yield cloud
    cloud.close()
    account.aws.faults.clear()
    account.aws.faults.spoil = lambda number, method: None
