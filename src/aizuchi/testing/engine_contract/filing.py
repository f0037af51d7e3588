"""Promises about what a message brings along: kept with it, its person's alone, gone with it."""

from aizuchi.events import Attachment, Message, Spoken
from aizuchi.ports import Engine, Settlement
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    answer,
    claim_now,
    exchange,
    finish,
    message,
    running,
)

ANN, BOB = "test:home:ann", "test:home:bob"
CONTENT = bytes(range(256))


def bringing(turn_id: str, conversation: str = "talk") -> Message:
    """A message with a file of its own, and one that lies elsewhere."""
    own = Attachment("cat.png", "image/png", 256, key=f"{turn_id}/0", content=CONTENT)
    elsewhere = Attachment("notes.txt", url="https://files.example/notes.txt")
    return message(turn_id, conversation)._replace(attachments=(own, elsewhere))


async def a_file_is_kept_with_its_message(open_engine: OpenEngine) -> None:
    """While it is open and when it is answered, in the next process too; a redelivery changes
    nothing."""
    bare = bringing("1").without_contents.attachments
    async with running(open_engine) as engine:
        await accept(engine, bringing("1"), bringing("1"))
        taken = await claim_now(engine)
        assert taken.turn.message.attachments == bare
        assert await engine.chats.file(ANN, "1/0") == CONTENT
        await finish(engine, taken)
        await engine.queue.settle(taken, Settlement("answered"))
        await accept(engine, bringing("1"))
    async with running(open_engine) as engine:
        assert await engine.chats.file(ANN, "1/0") == CONTENT
        (said,) = await engine.chats.read(ANN, "talk") or ()
    assert said.attachments == bare


async def a_file_is_its_persons_alone(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, bringing("1"))
        found = [await engine.chats.file(who, key) for who in (ANN, BOB) for key in ("1/0", "1/1")]
    assert found == [CONTENT, None, None, None]


async def an_open_message_shows_its_files(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, bringing("1"))
        (said,) = await engine.chats.read(ANN, "talk") or ()
    assert said.attachments == bringing("1").without_contents.attachments


async def what_is_asked_again_has_its_files(open_engine: OpenEngine) -> None:
    """Whether it is being answered or has been."""
    again = message("2", replaces="1")._replace(text="")
    async with running(open_engine) as engine:
        await accept(engine, bringing("1"))
        await accept(engine, again)
        await answer(engine)
        first = await answer(engine)
        await accept(engine, again._replace(turn_id="3"))
        second = await answer(engine)
    bare = bringing("1").without_contents.attachments
    assert [each.turn.message.attachments for each in (first, second)] == [bare, bare]


async def a_deleted_thread_takes_its_files(open_engine: OpenEngine) -> None:
    """Of messages that are open and of those that are answered; another thread's stay."""
    async with running(open_engine) as engine:
        await exchange(engine, bringing("1"))
        await exchange(engine, bringing("2", "elsewhere"))
        await accept(engine, bringing("3"))
        await engine.chats.delete(ANN, "talk")
        assert await _kept(engine, "1", "2", "3") == [None, CONTENT, None]


async def whoever_is_forgotten_leaves_no_file(open_engine: OpenEngine) -> None:
    """Nor does a message that was being answered meanwhile."""
    async with running(open_engine) as engine:
        await exchange(engine, bringing("1"))
        await accept(engine, bringing("2", "slow"), message("wish"))
        slow, wish = await claim_now(engine), await claim_now(engine)
        await finish(engine, wish)
        await engine.queue.settle(wish, Settlement("answered", forget_person=True))
        assert await _kept(engine, "1", "2") == [None, CONTENT]
        await finish(engine, slow)
        await engine.queue.settle(slow, Settlement("answered"))
        assert await _kept(engine, "1", "2") == [None, None]


async def a_caller_who_brings_the_history_leaves_no_file(open_engine: OpenEngine) -> None:
    brought = bringing("1")._replace(history=(Spoken("user", "Look."),))
    async with running(open_engine) as engine:
        await accept(engine, brought)
        assert await _kept(engine, "1") == [CONTENT]
        await answer(engine)
        assert await _kept(engine, "1") == [None]


async def _kept(engine: Engine, *turn_ids: str) -> list[bytes | None]:
    return [await engine.chats.file(ANN, f"{turn_id}/0") for turn_id in turn_ids]


PROMISES = (
    a_file_is_kept_with_its_message,
    a_file_is_its_persons_alone,
    an_open_message_shows_its_files,
    what_is_asked_again_has_its_files,
    a_deleted_thread_takes_its_files,
    whoever_is_forgotten_leaves_no_file,
    a_caller_who_brings_the_history_leaves_no_file,
)
