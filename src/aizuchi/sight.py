"""Looking at what came with a message: every file is fetched, or told of as not read."""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import NamedTuple

from aizuchi.attachments import (
    Attached,
    Content,
    attached,
    content_of,
    refusals,
)
from aizuchi.errors import StoreError
from aizuchi.events import Attachment, Message, Unread
from aizuchi.history import Fetch
from aizuchi.ports import Chats
from aizuchi.recall import person_of
from aizuchi.words import Language, say

FETCH_S = 20.0
FILES_UNREAD = "files_unread"


class Sight(NamedTuple):
    """How files are had, by surface, and within how many seconds. Where a surface has no way to
    files, none is opened."""

    fetch: Mapping[str, Fetch] = {}
    within_s: float = FETCH_S

    async def look(self, message: Message) -> Attached:
        """What came with a message, as a model is told of it."""
        files, fetch = message.attachments, self.fetch.get(message.surface)
        if not files:
            return Attached()

        async def content(file: Attachment, refusal: Unread | None) -> Content:
            if refusal or fetch is None:
                return refusal or "not_let"
            had = await self._in_time(fetch(message, file))
            return content_of(file, had) if isinstance(had, bytes) else had

        looking = (content(*each) for each in zip(files, refusals(files), strict=True))
        return attached(files, await asyncio.gather(*looking))

    async def _in_time(self, fetching: Awaitable[bytes | Unread]) -> bytes | Unread:
        try:
            async with asyncio.timeout(self.within_s):
                return await fetching
        except TimeoutError:
            return "not_had"


def sight(fetching: Mapping[str, Fetch | None], chats: Chats, answer_within_s: float) -> Sight:
    """How files are had: from a platform as its surface says, those brought along from the store.
    Of the time for an answer, most is the model's."""
    within_s = min(FETCH_S, answer_within_s / 3)
    platforms = {name: fetch for name, fetch in fetching.items() if fetch}
    return Sight({"web": partial(stored, chats), **platforms}, within_s)


async def stored(chats: Chats, message: Message, attachment: Attachment) -> bytes | Unread:
    """A file that its message has brought along."""
    try:
        content = await chats.file(person_of(message), attachment.key)
    except StoreError:
        return "not_had"
    return "not_had" if content is None else content


def remark(attached: Attached, language: Language, *, is_blind: bool) -> str:
    """What the person is told of files that were not read; empty where all were."""
    unread = dict(attached.unread)
    if is_blind and attached.pictures:
        return " ".join([*_lines(unread, language), say("pictures_unseen", language)])
    return " ".join(_lines(unread, language))


def _lines(unread: Mapping[Unread, tuple[str, ...]], language: Language) -> list[str]:
    comma = "、" if language == "ja" else ", "
    return [say(f"file_{why}", language, files=comma.join(names)) for why, names in unread.items()]
