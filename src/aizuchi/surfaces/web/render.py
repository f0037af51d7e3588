"""A chat as its history: the AI SDK's messages for a page, Markdown for a person. Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from aizuchi.consent import asking_id
from aizuchi.events import unmarked
from aizuchi.history import Said
from aizuchi.surfaces.web.files import part_of
from aizuchi.surfaces.web.inbound import verdict_in
from aizuchi.surfaces.web.tail import consent_part, outcome_of, source_part, step_part
from aizuchi.surfaces.web.wording import line
from aizuchi.words import Language


def messages_of(id_: str, chat: Sequence[Said], language: Language) -> list[dict[str, Any]]:
    """The history as UI messages; an answer that is being written is read from its stream."""
    return [message for said in chat for message in _messages(id_, said, language)]


def question_of(said: Said, language: Language) -> str:
    """What a person said: their words, or what they decided; empty where nobody did."""
    if not asking_id(said.turn_id):
        return said.question
    verdict = verdict_in(said.ref)
    return line(verdict, language) if verdict else ""


def _messages(chat: str, said: Said, language: Language) -> Iterator[dict[str, Any]]:
    if asked := question_of(said, language):
        attached = () if asking_id(said.turn_id) else said.attachments
        files = [part_of(file, chat) for file in attached]
        words = unmarked(asked, attached)
        text = [{"type": "text", "text": words}] if words else []
        yield {"id": said.ref, "role": "user", "parts": [*files, *text]}
    if said.outcome:
        yield {"id": said.turn_id, "role": "assistant", "parts": _parts(said)}


def _parts(said: Said) -> list[dict[str, Any]]:
    data = outcome_of(said.outcome, said.said, said.code, said.incident)
    text = {"type": "text", "text": said.answer, "state": "done"}
    end = {"type": "data-outcome", "id": "outcome", "data": data}
    steps = [step_part(step) for step in said.trail.steps]
    sources = [source_part(source) for source in said.trail.sources]
    asks = [consent_part(said.consent)] if said.consent else []
    parts = [*steps, *sources, *([text] if said.answer else []), *asks]
    return [*parts, *([end] if data else [])]


def export(title: str, chat: Sequence[Said], language: Language) -> str:
    """The chat as a Markdown document; what was written stands in it as it was written."""
    heading = " ".join(title.split()) or line("untitled", language)
    blocks = [f"# {heading}", *(block for said in chat for block in _blocks(said, language))]
    return "\n\n".join(blocks) + "\n"


def _blocks(said: Said, language: Language) -> Iterator[str]:
    asked = datetime.fromtimestamp(said.asked_at, UTC)
    yield f"**{line('you', language)}** · {asked:%Y-%m-%d %H:%M} UTC"
    yield question_of(said, language)
    if not said.outcome:
        return
    yield f"**{line('assistant', language)}**"
    if said.answer:
        yield said.answer
    if said.said:
        yield f"> {said.said}"


def file_name(title: str) -> bytes:
    """The header that gives an export its name, in any language."""
    name = re.sub(r"[^\w .-]+", " ", title).strip(" .")[:80] or "chat"
    plain = name if name.isascii() else "chat"
    return f"attachment; filename=\"{plain}.md\"; filename*=UTF-8''{quote(name)}.md".encode()
