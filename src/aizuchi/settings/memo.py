"""Small notes in the home directory that one command leaves for another."""

import json
import secrets
from pathlib import Path
from typing import NamedTuple

from aizuchi.settings.home import replace

ADDRESS, CHAT, UNANSWERED = "address", "terminal-chat", "terminal-question"
SIMULATOR = "simulator-{}"


class Question(NamedTuple):
    """A message of the terminal; its id is the same however often it is sent."""

    chat: str
    id: str
    text: str


def note_address(home: Path, address: str) -> None:
    """Says where the server of this home listens."""
    replace(home / ADDRESS, f"{address}\n")


def noted_address(home: Path) -> str:
    """Where the server of this home listened last; it may be gone."""
    return _read(home / ADDRESS)


class Simulator(NamedTuple):
    """Where a platform that `aizuchi dev` plays takes orders, and the token for them."""

    address: str
    token: str


def note_simulator(home: Path, platform: str, simulator: Simulator) -> None:
    replace(home / SIMULATOR.format(platform), json.dumps(simulator))


def forget_simulator(home: Path, platform: str) -> None:
    (home / SIMULATOR.format(platform)).unlink(missing_ok=True)


def noted_simulator(home: Path, platform: str) -> Simulator | None:
    """The simulator of a platform that ran last in this home; it may be gone."""
    try:
        return Simulator(*json.loads(_read(home / SIMULATOR.format(platform))))
    except (ValueError, TypeError):
        return None


def terminal_chat(home: Path, *, new: bool = False) -> str:
    """The id of the chat that the terminal goes on with; a new one where asked, or none yet."""
    known = "" if new else _read(home / CHAT)
    if known:
        return known
    chat = f"terminal-{secrets.token_urlsafe(12)}"
    replace(home / CHAT, f"{chat}\n")
    return chat


def new_question(chat: str, text: str) -> Question:
    return Question(chat, f"terminal-{secrets.token_urlsafe(12)}", text)


def note_question(home: Path, question: Question) -> None:
    """Says what was asked in the terminal, until its answer has been read to the end."""
    replace(home / UNANSWERED, json.dumps(question))


def forget_question(home: Path) -> None:
    (home / UNANSWERED).unlink(missing_ok=True)


def noted_question(home: Path, chat: str) -> Question | None:
    """What was asked in the chat and not yet answered to the end, as far as anybody has read."""
    try:
        question = Question(*json.loads(_read(home / UNANSWERED)))
    except (ValueError, TypeError):
        return None
    return question if question.chat == chat else None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""
