"""What came in: a request, the messages and signals read from it, and how it is acknowledged."""

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Audience = Literal["private", "shared"]
Headers = tuple[tuple[bytes, bytes], ...]

TITLE_CHARS = 60
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=dict).encode


class HttpRequest(NamedTuple):
    """A request as its host received it; header names are lower case.

    `peer` is the address that connected, never what a header says of it.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    peer: str = ""

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
    of ours (`consent.py`).
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

    @property
    def is_first_come(self) -> bool:
        """Whether others may bring it too, of whom the first one counts."""
        return bool(self.decides or self.replaces)

    @property
    def asks_again(self) -> bool:
        """Whether it asks what the turn that it replaces did."""
        return bool(self.replaces and not self.text and not self.command)

    def with_question(self, question: str, via: str) -> "Message":
        """The message that asks again, once it is known what, and by which command; a greeting
        where it is not."""
        return self._replace(text=question, via=via, command="" if question else "greeting")

    @property
    def title(self) -> str:
        """What a thread is called that begins with this message."""
        return self.text.strip().split("\n", 1)[0][:TITLE_CHARS]


def encode_message(message: Message) -> str:
    """A message as it is stored and queued: a version, then its fields in their order."""
    return _compact((1, *message))


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
    return Message(**fields)


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
