"""A message that is sent at the inbox itself, and the end of a turn, over whatever crashes."""

from aizuchi.answers import BEGINNING, Finished, Logged, fold
from aizuchi.events import Message

from .lives import Lives


async def end_of(lives: Lives, turn_id: str) -> Finished:
    """The end of a turn, as whoever follows it reads it."""
    log: list[Logged] = []

    async def read_on(lives: Lives) -> None:
        assert lives.engine
        after = log[-1].position if log else BEGINNING
        async for group in lives.engine.log.follow(turn_id, after):
            log.extend(group)
        assert any(isinstance(line.entry, Finished) for line in log), "it broke off"

    await lives.insist(read_on)
    finished = fold(log).finished
    assert finished
    return finished


async def send(lives: Lives, said: Message) -> None:
    """Sends until it is taken."""

    async def send(lives: Lives) -> None:
        assert lives.engine
        await lives.engine.inbox.accept((said,), ())

    await lives.insist(send)
