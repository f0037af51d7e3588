"""The pure half of the web: from a request to the message in it. It speaks the AI SDK's body."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.consent import Decision, decision_id
from aizuchi.edge import read_object
from aizuchi.errors import BadJson
from aizuchi.events import (
    Attachment,
    Event,
    HttpRequest,
    HttpResponse,
    Message,
    Place,
    Reception,
    Sender,
    Signal,
    Tail,
    marked,
)
from aizuchi.history import Said
from aizuchi.surfaces.web.auth import Gate, language_of, plain
from aizuchi.surfaces.web.files import are_same, digest_of, file_of, keyed
from aizuchi.surfaces.web.wording import line
from aizuchi.words import Language

NAME = "web"
CHAT_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.~-]{1,128}")
MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,128}")
ANSWER_ID = re.compile(r"w[0-9a-f]{32}")
GOOD = ("", "answered", "asks")


class WebSurface:
    """Reads what a person sends: a message to answer, or a stop."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def authenticate(self, request: HttpRequest, *, now: float) -> Event | HttpResponse:
        """A message of somebody who may write; the other routes of the web ask the gate alone."""
        person = self._gate.enter(request)
        if isinstance(person, HttpResponse):
            return person
        language = language_of(request)
        try:
            return event_of(person, read_object(request.body), language)
        except BadJson as error:
            return plain(400, line("not_json", language, what=error.what))

    def read(self, event: Event, *, now: float) -> Reception:
        """The message, or the answer that it asks for a second time: see `with_history`."""
        person, asked = event.person or "", event.body
        if answer := asked.get("attach"):
            return Reception(accepted=Tail(answer))
        message = _message(person, asked)
        refused = plain(503, line("store", asked["locale"]))
        return Reception((message,), accepted=Tail(message.turn_id), refused=refused)

    def render(self, markdown: str, *, growing: bool = False) -> Sequence[str]:
        """One page, as long as it is."""
        return [markdown]


def event_of(person: str, body: Mapping[str, Any], language: Language) -> Event | HttpResponse:
    """A message of somebody who may write, however it came; or what is wrong with it."""
    try:
        return Event("chat", person, {**_asked(body), "locale": language})
    except _Unfit as unfit:
        return plain(400, line(unfit.code, language, field=unfit.field))


class _Unfit(Exception):
    """A body that is no message."""

    def __init__(self, code: str, field: str = "") -> None:
        self.code, self.field = code, field


# ── names ─────────────────────────────────────────────────────────────────────


def conversation_of(person: str, chat: str) -> str:
    """The key of a person's chat. Nobody else's request can name it: the person is in it."""
    return f"{chat_prefix(chat)}{person}"


def chat_prefix(chat: str) -> str:
    """How the keys of all chats of this id begin, whosever they are."""
    return f"{NAME}:{chat}:"


def chat_of(conversation: str) -> str:
    """The id by which the page knows a conversation; empty where it is none of the web."""
    surface, _, rest = conversation.partition(":")
    return rest.partition(":")[0] if surface == NAME else ""


def person_key(person: str) -> str:
    """The person as the engine knows them."""
    return f"{NAME}:{NAME}:{person}"


def is_chat_id(text: str) -> bool:
    """Whether a chat could have this id."""
    return CHAT_ID.fullmatch(text) is not None


def stop_of(person: str, chat: str, answer: str = "") -> Signal:
    """The stop of an answer, or of whatever is being answered now."""
    return Signal("stop", conversation_of(person, chat), person, turn_id=answer)


# ── a question answered ──


def decision_of(
    person: str, chat: str, said: Sequence[Said], asked: Mapping[str, Any], locale: str
) -> Message | None:
    """The message by which a person answers a question of their chat; None where there is none
    that it fits. It stands in the history as their yes or no."""
    answer, digest, verdict = (asked.get(key) for key in ("messageId", "digest", "verdict"))
    fits = any(
        one.turn_id == answer and one.consent and one.consent.digest == digest for one in said
    )
    if not fits or verdict not in ("yes", "no"):
        return None
    conversation = conversation_of(person, chat)
    return Message(
        turn_id=decision_id(str(answer)),
        surface=NAME,
        tenant=NAME,
        conversation=conversation,
        place=Place(conversation, "private"),
        sender=Sender(person, person),
        text="",
        ref=f"{verdict}:{answer}",
        locale=locale,
        decides=str(Decision(verdict, str(digest), person)),
    )


def verdict_in(ref: str) -> str:
    """What a message of this name decided: yes or no; empty where it is any other."""
    verdict, colon, _ = ref.partition(":")
    return verdict if colon and verdict in ("yes", "no") else ""


# ── a message asked again ─────────────────────────────────────────────────────


def needs_history(event: Event) -> bool:
    """Whether only the chat can tell which answer gives way: the message was edited, or the last
    answer is wanted once more without saying which that is."""
    return bool(event.body["edits"] or (event.body["again"] and not event.body["answer"]))


def with_history(event: Event, chat: Sequence[Said]) -> Event:
    """The event with what only the chat can tell: which answer gives way, or is read again.

    An edit that changes nothing, or a wish for the answer that is being written, is no new message.
    So the second delivery of an edit reads the answer to the first.
    """
    asked = event.body
    standing = next((said for said in reversed(chat) if said.ref == asked["ref"]), None)
    if standing is None:
        return event
    same = standing.question == asked["text"] and are_same(standing.attachments, asked["files"])
    unchanged = same and standing.outcome in GOOD
    reads = unchanged if asked["edits"] else not standing.outcome
    return event._replace(body={**asked, "attach" if reads else "answer": standing.turn_id})


# ── the AI SDK's body ─────────────────────────────────────────────────────────


def _message(person: str, asked: Mapping[str, Any]) -> Message:
    chat, ref, text = asked["chat"], asked["ref"], asked["text"]
    replaces, files = asked["answer"], asked["files"]
    conversation = conversation_of(person, chat)
    told_apart = filter(None, [digest_of(files)])
    turn_id = _turn_id(person, chat, ref, text, replaces, *told_apart)
    return Message(
        turn_id=turn_id,
        surface=NAME,
        tenant=NAME,
        conversation=conversation,
        place=Place(conversation, "private"),
        sender=Sender(person, person),
        text=text,
        ref=ref,
        locale=asked["locale"],
        replaces=replaces,
        attachments=keyed(files, turn_id),
    )


def _turn_id(*parts: str) -> str:
    """The same for every delivery of one message, and for nothing else."""
    return "w" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _asked(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the body says, in strings: the last user message, and what to do about it."""
    again = body.get("trigger", "submit-message") == "regenerate-message"
    if not again and body.get("trigger", "submit-message") != "submit-message":
        raise _Unfit("bad_field", "trigger")
    named = _string(body, "messageId", MESSAGE_ID) if body.get("messageId") else ""
    message = _last_of_user(body.get("messages"))
    ref, parts = _string(message, "id", MESSAGE_ID), _parts(message.get("parts"))
    files = _files(parts)
    if verdict_in(ref):
        raise _Unfit("decided")
    return {
        "chat": _string(body, "id", CHAT_ID),
        "ref": ref,
        "text": marked(_text(parts, needed=not files), files),
        "files": files,
        "again": again,
        "edits": named == ref and not again,
        "answer": named if again and ANSWER_ID.fullmatch(named) else "",
    }


def _string(holder: Mapping[str, Any], field: str, shape: re.Pattern[str]) -> str:
    value = holder.get(field)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise _Unfit("bad_field", field)
    return value


def _last_of_user(messages: Any) -> Mapping[str, Any]:
    if not isinstance(messages, list):
        raise _Unfit("bad_field", "messages")
    for message in reversed(messages):
        if isinstance(message, dict) and message.get("role") == "user":
            return message
    raise _Unfit("bad_field", "messages")


def _parts(parts: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise _Unfit("bad_field", "parts")
    return parts


def _files(parts: Sequence[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """What is attached; what lies elsewhere is not fetched."""
    files = [file_of(part) for part in parts if part.get("type") == "file"]
    if None in files:
        raise _Unfit("file_elsewhere")
    return tuple(file for file in files if file)


def _text(parts: Sequence[Mapping[str, Any]], *, needed: bool) -> str:
    texts = [part.get("text") for part in parts if part.get("type") == "text"]
    if not all(isinstance(text, str) for text in texts):
        raise _Unfit("bad_field", "parts")
    text = "\n".join(map(str, texts))
    if needed and not text.strip():
        raise _Unfit("no_text")
    return text
