"""Cleaning up: pieces, texts, identities and figures whose time is up."""

from aizuchi.cleaning import Due
from aizuchi.engines.memory.store import Store


class MemoryCleaner:
    """The Cleaner of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def collapse(self, before: float) -> None:
        for seq, said in self._store.said.items():
            if said.settled_at < before:
                self._store.entries.pop(seq, None)

    async def expire(self, now: float) -> None:
        tickets = self._store.tickets
        self._store.tickets = {key: one for key, one in tickets.items() if one.until > now}

    async def purge(self, due: Due) -> None:
        self._purge_texts(due.texts)
        self._purge_ids(due.ids)
        for key in [key for key in self._store.usage if key[0] < due.usage]:
            del self._store.usage[key]

    def _purge_texts(self, before: float) -> None:
        store = self._store
        for seq, said in list(store.said.items()):
            if said.settled_at < before:
                for shelf in store.covering(seq):
                    del store.summaries[shelf]
                store.ended[seq] = said.settled_at
                store.entries.pop(seq, None)
                del store.said[seq]
        store.drop_files()
        for key, conversation in list(store.conversations.items()):
            empty = not store.said_in(key) and not store.open_in(key)
            if empty and conversation.changed_at < before:
                del store.conversations[key]

    def _purge_ids(self, before: float) -> None:
        old = {seq for seq, ended_at in self._store.ended.items() if ended_at < before}
        store = self._store
        store.notes = [note for note in store.notes if note.event.at >= before]
        recent = (one for one in store.traces.items() if one[1].accepted_at >= before)
        store.traces = dict(recent)
        self._store.seqs = {key: seq for key, seq in self._store.seqs.items() if seq not in old}
        for seq in old:
            del self._store.ended[seq]
