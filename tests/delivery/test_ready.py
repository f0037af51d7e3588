"""Whether somebody should send us people: the store's own state."""

import asyncio
from collections.abc import Collection, Sequence

import pytest

from aizuchi.errors import StoreUnavailable
from aizuchi.events import Message, Signal
from aizuchi.intake import STORE_TRIED_AGAIN_S, Intake


class Disk:
    """An inbox on a disk that can be full."""

    is_full = False

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        if self.is_full:
            raise StoreUnavailable("The store cannot be used: the disk is full.")
        return ()


async def test_a_store_that_fails_shows_until_it_takes_something_again() -> None:
    disk = Disk()
    intake = Intake(disk, {})
    assert intake.is_storing

    disk.is_full = True
    with pytest.raises(StoreUnavailable):
        await intake.accept((), ())
    assert not intake.is_storing

    disk.is_full = False
    await intake.accept((), ())
    assert intake.is_storing


async def test_a_store_that_failed_is_tried_again_after_a_while() -> None:
    """Nobody is sent to us meanwhile, so nothing else would tell that it is well again."""
    disk = Disk()
    disk.is_full = True
    intake = Intake(disk, {})
    with pytest.raises(StoreUnavailable):
        await intake.accept((), ())
    await asyncio.sleep(STORE_TRIED_AGAIN_S + 1)
    assert intake.is_storing


async def test_that_it_stops_is_no_failure_of_the_store() -> None:
    intake = Intake(Disk(), {})
    intake.is_closed = True
    await intake.accept((), ())
    assert intake.is_storing
