"""What a message brought along: items of its own, which go with the words of its turn."""

from base64 import b64decode, b64encode
from collections.abc import Sequence

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Key, Put, key_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Table
from aizuchi.engines.aws.texts import spread, whole
from aizuchi.events import Message
from aizuchi.recall import person_of


def files_brought(store: Store, message: Message) -> Sequence[Put]:
    """Its files, for as long as what is said of them, which settles some time from now."""
    bounds = store.bounds
    settled_by = store.clock() + bounds.wait_within_s + bounds.answer_within_s
    until = store.text_until(settled_by)
    puts: list[Put] = []
    for each in message.attachments:
        if each.content is not None:
            key = keys.file(each.key)
            head, behind = spread(key, b64encode(each.content).decode(), until)
            puts += [
                *behind,
                Put({**key._asdict(), "person": person_of(message), **head, **until}),
            ]
    return puts


async def content_of(table: Table, person: str, key: str) -> bytes | None:
    """What a file of a person's holds, while it is there."""
    item = await table.get(keys.file(key))
    if item is None or item["person"] != person:
        return None
    return b64decode(await whole(table, item))


async def file_keys(table: Table, turn_id: str) -> Sequence[Key]:
    """All items of the files that a message brought along."""
    return [key_of(item) async for item in table.query(keys.files(turn_id))]
