"""What a message brings along goes from the file with its text: by retention, and from copies."""

import asyncio
import os
import shutil
from functools import partial
from pathlib import Path

from tests.engines.homes import looking_into, opener

from aizuchi.answers import Finished
from aizuchi.cleaning import DAY_S
from aizuchi.engines.sqlite import FILE, open_engine
from aizuchi.events import Attachment, Message
from aizuchi.ports import Engine, Retention, Settlement
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import accept, claim_now, exchange, message, running

ANN = "test:home:ann"
CANARY = b"a picture with a canary in it, 7e1f, of "


def bringing(turn_id: str, sender: str = "ann") -> Message:
    own = Attachment("cat.png", "image/png", key=f"{turn_id}/0", content=CANARY + sender.encode())
    return message(turn_id, f"talk {turn_id}", sender=sender)._replace(attachments=(own,))


async def forget_ann(engine: Engine) -> None:
    await accept(engine, message("wish", "wishing", text="forget me"))
    while (taken := await claim_now(engine)).turn.message.turn_id != "wish":
        continue
    await engine.log.append(taken, [Finished("answered", "", "Done.")])
    await engine.queue.settle(taken, Settlement("answered", forget_person=True))


async def test_files_go_when_the_days_of_their_texts_are_over(tmp_path: Path) -> None:
    days = Retention(text_days=0.5)
    keeping = partial(
        open_engine, tmp_path, retention=days, clock=virtual_time.clock, threads=False
    )
    async with running(keeping) as engine:
        await exchange(engine, bringing("1"))
        await accept(engine, bringing("2"))
        await asyncio.sleep(0.4 * DAY_S)
        assert await engine.chats.file(ANN, "1/0")
        await asyncio.sleep(0.2 * DAY_S)
        kept = [await engine.chats.file(ANN, key) for key in ("1/0", "2/0")]
    assert kept == [None, CANARY + b"ann"]


async def test_who_is_forgotten_leaves_no_file_in_a_copy(tmp_path: Path) -> None:
    """Of what was answered and of what was not; another person's stay."""
    async with running(opener(tmp_path)) as engine:
        await exchange(engine, bringing("1"))
        await exchange(engine, bringing("2", "bob"))
        await accept(engine, bringing("3"))
    copy = tmp_path / f"{FILE}.schema-4"
    with looking_into(tmp_path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / FILE, copy)
    os.utime(copy, (virtual_time.clock(),) * 2)
    assert copy.read_bytes().count(CANARY) == 3
    async with running(opener(tmp_path)) as engine:
        await forget_ann(engine)
    assert copy.read_bytes().count(CANARY) == 1
    assert CANARY + b"bob" in copy.read_bytes()
