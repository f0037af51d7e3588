"""What came in: a request, the messages and signals read from it, and how it is acknowledged."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

Audience = Literal["private", "shared"]
Headers = tuple[tuple[bytes, bytes], ...]

TITLE_CHARS = 60
QUESTION = -1
NAME_CHARS = 80
_QUOTING = re.compile(r"[\[\]`<>“”\"]")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=dict).encode


class HttpRequest(NamedTuple):
    """A request as its host received it; header names are lower case.

    `peer` is the address that connected, never what a header says of it; `own_host` the name by
    which it was brought to us, where whoever brings it goes by the name alone.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    peer: str = ""
    own_host: str = ""

    def header(self, name: bytes) -> bytes | None:
        """The value of a header, or None where it is absent or stands there twice."""
        values = [value for key, value in self.headers if key == name]
        return values[0] if len(values) == 1 else None


class HttpResponse(NamedTuple):
    """A whole response; everything longer is a `Tail`."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Headers = ()


class Tail(NamedTuple):
    """The acknowledgement of a surface that is read over the same connection: follow this turn."""

    turn_id: str


class Place(NamedTuple):
    """Where a conversation can be read, and by whom: one person, or everybody in the place."""

    key: str
    audience: Audience


class Sender(NamedTuple):
    """Who wrote: an id that is unique in its tenant, a name, and what access is decided by."""

    id: str
    name: str = ""
    groups: tuple[str, ...] = ()
    outside: bool = False


class Spoken(NamedTuple):
    """A line of a history that the caller brings."""

    role: str
    text: str


class Attachment(NamedTuple):
    """A file that came with a message, as its surface tells of it: a name that is safe to quote,
    and the type and size (bytes) that it claims to have.

    It lies at a `url` of its platform's or, where the message brings it, in our store under a
    `key`. `line` is the line of a brought history that it stands in, else the question's.
    `content` is there until the message is stored; it is kept beside it, never in it.
    """

    name: str
    media_type: str = ""
    size: int = 0
    url: str = ""
    key: str = ""
    line: int = QUESTION
    content: bytes | None = None

    @property
    def mark(self) -> str:
        """How it is named in the words of its message."""
        return f"[{self.name} ({self.media_type})]" if self.media_type else f"[{self.name}]"


Unread = Literal["too_many", "too_large", "no_kind", "not_let", "not_had"]
"""Why a file was not read: one too many, too large, neither picture nor text; we may not have it,
or did not get it."""


class Picture(NamedTuple):
    """A picture that a model can be shown, of the type that its bytes are of."""

    media_type: str
    content: bytes


def attachment(
    name: str, media_type: str = "", size: object = 0, url: str = "", content: bytes | None = None
) -> Attachment:
    """An attachment of what somebody else says of it."""
    kind = media_type.partition(";")[0].strip().lower()
    return Attachment(
        _quotable(name),
        kind if _MEDIA_TYPE.fullmatch(kind) else "",
        size if type(size) is int and size > 0 else len(content or b""),
        url,
        content=content,
    )


def _quotable(name: str) -> str:
    """A file's name as it may stand in a line: nothing in it ends a line or a quotation, or turns
    its letters round."""
    shown = "".join(each if each.isprintable() else " " for each in name)
    line = " ".join(_QUOTING.sub("_", shown).split()) or "file"
    return line if len(line) <= NAME_CHARS else f"{line[: NAME_CHARS - 20]}…{line[-19:]}"


def marked(text: str, attachments: Sequence[Attachment]) -> str:
    """What was asked, in words: files by their names. That is what is remembered of them."""
    return "\n".join(filter(None, (text, *(each.mark for each in attachments))))


def unmarked(text: str, attachments: Sequence[Attachment]) -> str:
    """The words alone of a text that was marked."""
    marks = "\n".join(each.mark for each in attachments)
    return text.removesuffix(marks).removesuffix("\n") if marks else text


class Message(NamedTuple):
    """One human act that wants an answer. Its `turn_id` is the same in every delivery of it.

    `conversation` (what is answered in order) and `place.key` are unique in the installation.
    A conversation lies in one place: a surface that answers one exchange privately and the next
    in the open gives them two conversation keys. Keys best begin with what grows with time: new
    ones are then neighbours in a store's indexes, and ten of them dirty one page instead of ten.
    `ref` is the surface's own name of the message and is kept; `reply_to` holds what only the
    surface reads, and is erased when the turn settles.
    `via` is the slash command that it was given by, as the person wrote it. Who brings the
    `history`, the question included, has it answered from that alone; then memory is neither read
    nor written, nothing of the turn is kept, and `via` is the model that was asked for.
    `replaces` names the turn whose answer, with all that followed it, leaves the memory; a message
    that says nothing else asks the same again. One that `joins` is taken only in a conversation
    that we have answered in, and elsewhere not kept at all. One that `decides` answers a question
    of ours (`consent.py`). The `text` names its `attachments`.
    """

    turn_id: str
    surface: str
    tenant: str
    conversation: str
    place: Place
    sender: Sender
    text: str
    ref: str = ""
    locale: str = "en"
    command: str = ""
    reply_to: Mapping[str, str] = {}
    replaces: str = ""
    joins: bool = False
    via: str = ""
    history: tuple[Spoken, ...] | None = None
    decides: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def is_first_come(self) -> bool:
        """Whether others may bring it too, of whom the first one counts."""
        return bool(self.decides or self.replaces)

    @property
    def asks_again(self) -> bool:
        """Whether it asks what the turn that it replaces did."""
        return bool(self.replaces and not self.text and not self.command)

    def with_question(
        self, question: str, via: str, attachments: Sequence[Attachment] = ()
    ) -> "Message":
        """The message that asks again, once it is known what, and by which command; a greeting
        where it is not."""
        command = "" if question else "greeting"
        asked = self._replace(text=question, via=via, command=command)
        return asked._replace(attachments=tuple(attachments))

    @property
    def without_contents(self) -> "Message":
        """The message as it is stored."""
        bare = tuple(each._replace(content=None) for each in self.attachments)
        return self._replace(attachments=bare) if bare else self

    @property
    def title(self) -> str:
        """What a thread is called that begins with this message."""
        return self.text.strip().split("\n", 1)[0][:TITLE_CHARS]


def encode_message(message: Message) -> str:
    """A message as it is stored and queued: a version, then its fields in their order."""
    return _compact((1, *message.without_contents))


def decode_message(stored: str) -> Message:
    """A stored message; fields that a later version has added are passed over."""
    _, *values = json.loads(stored)
    fields = dict(zip(Message._fields, values, strict=False))
    key, audience = fields["place"][:2]
    sender, name, groups, outside = fields["sender"][:4]
    fields["place"] = Place(key, audience)
    fields["sender"] = Sender(sender, name, tuple(groups), outside)
    if brought := fields.get("history"):
        fields["history"] = tuple(Spoken(*line[:2]) for line in brought)
    fields["attachments"] = tuple(map(_attachment, fields.get("attachments", ())))
    return Message(**fields)


def encode_attachments(attachments: Sequence[Attachment]) -> str:
    """Attachments as stored beside what was said; empty where there are none."""
    bare = [each._replace(content=None) for each in attachments]
    return _compact((1, *bare)) if bare else ""


def decode_attachments(stored: str) -> tuple[Attachment, ...]:
    return tuple(map(_attachment, json.loads(stored)[1:])) if stored else ()


def _attachment(values: Sequence[Any]) -> Attachment:
    """Without the fields that a later version has added."""
    return Attachment(*values[: len(Attachment._fields)])


class Signal(NamedTuple):
    """Something that goes round the order of a conversation.

    A stop ends the turn that is running in the conversation when it arrives; with a `turn_id`, only
    if it is that one.
    """

    kind: Literal["stop"]
    conversation: str
    sender: str
    turn_id: str = ""


class Reception(NamedTuple):
    """What a request asks us to store, and what to say once it is stored, or could not be.

    Of some messages only the first counts, whoever brings them: clicks on one button. To who comes
    later that is said by `known`, in the place of `accepted`, or by answering `late`.
    """

    messages: tuple[Message, ...] = ()
    signals: tuple[Signal, ...] = ()
    accepted: HttpResponse | Tail = HttpResponse(200)
    refused: HttpResponse = HttpResponse(503)
    known: HttpResponse | None = None
    late: tuple[Message, ...] = ()


class Event(NamedTuple):
    """An authenticated request: what it is, who sent it where that is proven, and its content."""

    route: str
    person: str | None
    body: Mapping[str, Any]
