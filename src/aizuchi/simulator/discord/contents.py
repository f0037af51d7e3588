"""What a message says: its text, embeds, components, files and flags, checked and taken over."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aizuchi.simulator.discord.calls import Call
from aizuchi.simulator.discord.components import (
    COMPONENTS,
    MESSAGE_V1,
    MESSAGE_V2,
    check_components,
    check_displayed,
)
from aizuchi.simulator.discord.mentions import KINDS, pings
from aizuchi.simulator.discord.refusals import Problems, Refused
from aizuchi.simulator.discord.shapes import check_shapes, record, records
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import (
    COMPONENTS_V2,
    EPHEMERAL,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    VOICE_MESSAGE,
    Attachment,
    Message,
)

CONTENT_CHARS = 2000
EMBEDS, EMBEDS_CHARS = 10, 6000
FILES, FILE_BYTES, REQUEST_BYTES = 10, 10 * 1024 * 1024, 25 * 1024 * 1024
LISTS, OBJECTS = ("embeds", "components", "attachments"), ("allowed_mentions",)
EMBED_CHARS: Mapping[str, int] = {"title": 256, "description": 4096}
FIELDS, FIELD_NAME_CHARS, FIELD_VALUE_CHARS, FOOTER_CHARS, AUTHOR_CHARS = 25, 256, 1024, 2048, 256

POSTED = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | VOICE_MESSAGE | COMPONENTS_V2
ANSWERED = POSTED | EPHEMERAL
EDITED = SUPPRESS_EMBEDS | COMPONENTS_V2


class Writing(NamedTuple):
    """How a message comes to be: by which route, with which flags, as an interaction's or not."""

    made_by: str
    flags: int
    is_webhook: bool = False


def write(state: State, message: Message, call: Call, writing: Writing) -> None:
    """Puts what a call says into a message, old or new; raises Refused where it cannot be."""
    fields = call.fields
    _check(state, message, fields, writing)
    content = str(fields["content"] or "") if "content" in fields else message.content
    embeds = list(fields.get("embeds", message.embeds) or ())
    components = list(fields.get("components", message.components) or ())
    attachments = _kept(message, fields) + _files(state, call)
    if not (content or embeds or components or attachments):
        raise Refused(50006)
    message.content, message.embeds = content, embeds
    message.components, message.attachments = components, attachments
    if fields.get("flags") is not None:
        message.flags = (message.flags & ~writing.flags) | fields["flags"]
    message.made_by = message.made_by or writing.made_by
    _reach(state, message, fields, writing)


def _reach(state: State, message: Message, fields: Mapping[str, Any], writing: Writing) -> None:
    """Whom it reaches now: an edit without `allowed_mentions` is parsed as if new."""
    if "allowed_mentions" not in fields:
        state.complain(f"{writing.made_by} without allowed_mentions")
    if "content" in fields or "allowed_mentions" in fields or not message.pings:
        allowed = fields.get("allowed_mentions")
        message.pings = pings(state, message, allowed, is_webhook=writing.is_webhook)


def _check(state: State, message: Message, fields: Mapping[str, Any], writing: Writing) -> None:
    problems = Problems()
    check_shapes(problems, fields, lists=LISTS, objects=OBJECTS)
    problems.check()
    content = fields.get("content")
    if content is not None and not isinstance(content, str | int | float):
        problems.add("content", "STRING_TYPE_CONVERT", "Could not interpret the value as string.")
    elif measured(state, str(content or "")) > CONTENT_CHARS:
        words = f"Must be {CONTENT_CHARS} or fewer in length."
        problems.add("content", "BASE_TYPE_MAX_LENGTH", words)
    _check_embeds(problems, fields.get("embeds") or [])
    _check_flags(problems, fields.get("flags") or 0, writing.flags)
    _check_allowed(problems, fields.get("allowed_mentions"))
    _check_parts(problems, message.flags | _int(fields.get("flags")), fields)
    problems.check()


def measured(state: State, text: str) -> int:
    """The length of a text as this Discord counts it."""
    return len(text.encode("utf-16-le")) // 2 if state.points.counts_utf16 else len(text)


def _check_flags(problems: Problems, flags: Any, settable: int) -> None:
    if not isinstance(flags, int):
        problems.add("flags", "NUMBER_TYPE_COERCE", f'Value "{flags}" is not int.')
    elif flags & ~settable:
        problems.add("flags", "MESSAGE_FLAGS_INVALID", f"Only {settable} can be set here.")


def _check_allowed(problems: Problems, allowed: Any) -> None:
    if allowed is None:
        return
    for number, kind in enumerate(allowed.get("parse") or ()):
        if kind not in KINDS:
            problems.choice(f"allowed_mentions.parse.{number}", KINDS)
    for kind in ("users", "roles"):
        if allowed.get(kind) and kind in (allowed.get("parse") or ()):
            words = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            problems.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)


def _check_parts(problems: Problems, flags: int, fields: Mapping[str, Any]) -> None:
    if "components" not in fields or fields["components"] is None:
        return
    if not flags & COMPONENTS_V2:
        check_components(problems, fields["components"], "components", MESSAGE_V1)
        return
    check_components(problems, fields["components"], "components", MESSAGE_V2, most=COMPONENTS)
    check_displayed(problems, fields["components"])
    for name in ("content", "embeds"):
        if fields.get(name):
            words = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.add(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)


def _check_embeds(problems: Problems, embeds: Any) -> None:
    if len(embeds) > EMBEDS:
        problems.add("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS} or fewer in length.")
        return
    total = 0
    for number, embed in enumerate(embeds):
        for path, text, most in _texts(embed):
            problems.length(f"embeds.{number}.{path}", text, 0, most)
            total += len(text)
        if len(records(embed.get("fields"))) > FIELDS:
            words = f"Must be {FIELDS} or fewer in length."
            problems.add(f"embeds.{number}.fields", "BASE_TYPE_MAX_LENGTH", words)
    if total > EMBEDS_CHARS:
        words = f"Embed size exceeds maximum size of {EMBEDS_CHARS}"
        problems.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", words)


def _texts(embed: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    for name, most in EMBED_CHARS.items():
        yield name, str(embed.get(name) or ""), most
    yield "footer.text", str(record(embed.get("footer")).get("text") or ""), FOOTER_CHARS
    yield "author.name", str(record(embed.get("author")).get("name") or ""), AUTHOR_CHARS
    for number, field in enumerate(records(embed.get("fields"))):
        yield f"fields.{number}.name", str(field.get("name") or ""), FIELD_NAME_CHARS
        yield f"fields.{number}.value", str(field.get("value") or ""), FIELD_VALUE_CHARS


def _files(state: State, call: Call) -> list[Attachment]:
    """The files that come with a call, described by `attachments` where it names them."""
    sizes = [len(file.data) for file in call.form.files]
    if sum(sizes) > REQUEST_BYTES or any(size > FILE_BYTES for size in sizes):
        raise Refused(40005)
    named = {f"files[{one.get('id')}]": one for one in records(call.fields.get("attachments"))}
    files = []
    for part in call.form.files:
        told = named.get(part.name, {})
        name, words = told.get("filename") or part.filename, told.get("description") or ""
        files.append(Attachment(state.new_id(), name, part.data, part.content_type, words))
    state.attachments.update((one.id, one) for one in files)
    return files


def _kept(message: Message, fields: Mapping[str, Any]) -> list[Attachment]:
    """The files that stay: all, unless `attachments` lists those that shall."""
    if fields.get("attachments") is None:
        return message.attachments
    ids = {str(one.get("id")) for one in fields["attachments"]}
    return [one for one in message.attachments if one.id in ids]


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0
