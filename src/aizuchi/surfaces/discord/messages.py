"""What the calls of Discord have in common: a message that calls nobody, and where one stands."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.surfaces.discord.fields import Fields, listed, text_of

ORIGINAL = "@original"
SUPPRESS_EMBEDS, EPHEMERAL, LOADING = 4, 64, 128

QUIET: Mapping[str, Any] = {"allowed_mentions": {"parse": []}, "flags": SUPPRESS_EMBEDS}
"""Said with every call, edits too, as Discord keeps neither: nobody is called, and no link is
fetched, for whoever is asked for it learns that it was written."""


class Ref(NamedTuple):
    """Where a message stands: the bot's own in its `channel`, or, without one, a response to the
    interaction, of which the first is `is_original`."""

    id: str
    channel: str = ""
    is_original: bool = False

    def __str__(self) -> str:
        place = ORIGINAL if self.is_original else self.channel
        return f"{place}/{self.id}" if place else self.id

    @classmethod
    def of(cls, ref: str) -> "Ref":
        place, _, message = ref.rpartition("/")
        is_original = place == ORIGINAL
        return cls(message, "" if is_original else place, is_original)

    @property
    def by_token(self) -> str:
        """What the interaction's token calls it."""
        return ORIGINAL if self.is_original else self.id


def message(text: str, rows: Sequence[Mapping[str, Any]] = ()) -> Mapping[str, Any]:
    """A whole message. Components that it had and has no more have to be named as none."""
    return {"content": text, "components": [*rows], **QUIET}


def without_buttons(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**body, "components": []} if "components" in body else body


def says(fields: Fields) -> tuple[str, list[str]]:
    """What a message says, as we or Discord have it: its text, and what its buttons do."""
    parts = (part for row in listed(fields, "components") for part in listed(row, "components"))
    return text_of(fields, "content").strip(), [text_of(part, "custom_id") for part in parts]


def with_nonce(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """For some minutes, a second such call gives the message that the first one made."""
    return {**body, "nonce": key, "enforce_nonce": True}


def as_reply(body: Mapping[str, Any], question: str) -> Mapping[str, Any]:
    return {**body, "message_reference": {"message_id": question, "fail_if_not_exists": False}}
