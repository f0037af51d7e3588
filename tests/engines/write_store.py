"""Writes down the file that the newest schema leaves, for all later ones to open.

    python -m tests.engines.write_store

Run it when a schema is added; what an earlier one wrote is never written again.
"""

import sys
import tempfile
from pathlib import Path

from tests.engines.homes import answered, looking_into, opener

from aizuchi.answers import Finished, Heard, Shown, Step, TextDelta
from aizuchi.engines.sqlite.database import schema
from aizuchi.ports import Engine
from aizuchi.recall import Window, shelf_of
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import accept, answer, claim_now, message, running

STORES = Path(__file__).with_name("stores")


def path_of(version: int) -> Path:
    return STORES / f"schema-{version:04}.sql"


async def fill(engine: Engine) -> None:
    """A little of everything: settled, replaced, forgotten, under way, waiting, deleted."""
    await answered(engine, "1", "talk", text="The first answer.", made=[Step("s", "look")])
    await answered(engine, "2", "talk", text="The second one.", made=[Shown(1, "ref-2")])
    await accept(engine, message("3", "talk", replaces="2", text="日本語で"))
    await answer(engine, text="はい、相槌です。", tokens=12)
    await answered(engine, "4", "deleted talk", text="Gone.")
    await engine.chats.delete("test:home:ann", "deleted talk")
    await accept(engine, message("5", "room", place="hall", audience="shared", sender="bob"))
    await answer(engine, text="In the hall.", forget="channel")
    shelf = shelf_of(message("x", "talk"), "channel")
    if overflow := await engine.memory.overflow(shelf, Window(1)):
        await engine.memory.summarise(overflow, "They greeted each other.", tokens=3)
    await accept(engine, message("6", "talk"), message("7", "talk"))
    taken = await claim_now(engine)
    await engine.usage.admit(taken)
    await engine.log.append(taken, [TextDelta("Half an "), Step("s", "look")])
    await accept(engine, message("8", "ending"))
    await engine.log.append(await claim_now(engine), [Finished("answered", "Not yet told.")])
    await engine.tickets.make("ann", "https://chat.example")


async def write() -> None:
    if (kept := path_of(schema()[-1].version)).exists():
        sys.exit(
            f"{kept.name} is kept: whoever has that schema would not get what is new. Add a step."
        )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with running(opener(home)) as engine:
            await fill(engine)
            assert [line.entry for line in await engine.log.read("7")] == [Heard()]
        with looking_into(home) as connection:
            lines = [*connection.iterdump(), f"PRAGMA user_version = {schema()[-1].version};"]
            kept.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    virtual_time.run(write())
