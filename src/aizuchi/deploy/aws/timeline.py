"""What functions have written into their logs, as lines for a person, message by message."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

NO_TURN = ""
REST = re.compile(r"[\r\n]+")
SILENT = ("END ", "INIT_START ", "EXTENSION\t", "LOGS\t", "TELEMETRY\t")
REPORT = re.compile(r"Memory Size: (?P<has>\d+) MB\s+Max Memory Used: (?P<used>\d+) MB")
RAISED = re.compile(r"\[(?P<level>ERROR|WARNING|INFO)\]\s*(?P<what>[^\r\n]*)")
PLAIN: Sequence[tuple[re.Pattern[str], str]] = (
    (
        re.compile(r"Task timed out after (\d+)(?:\.\d+)? seconds"),
        "the function was ended, as its {0} s were over; another one goes on with what it did",
    ),
    (
        re.compile(r"Unable to import module '[^']*': ([^\r\n]*)"),
        "the function cannot start: {0}. aizuchi deploy aws makes its package anew",
    ),
    (
        re.compile(r"Runtime\.(?:HandlerNotFound|UserCodeSyntaxError)[: ]*([^\r\n]*)"),
        "the function cannot start: {0}. aizuchi deploy aws makes its package anew",
    ),
    (
        re.compile(r"Runtime exited (?:with error: (.*)|without providing a reason)"),
        "the function's process died ({0}); another one goes on with what it did",
    ),
    (
        re.compile(r"Status: error\s+Error Type: (Runtime\.OutOfMemory)"),
        "the function ran out of memory: give it more with --set (WorkerMemory, IngressMemory)",
    ),
)
"""Of what Lambda itself writes, the first line that fits and what it means."""


class Entry(NamedTuple):
    """An event of CloudWatch's: `word` says which function wrote it, `stream` which of its
    environments."""

    at: float
    word: str
    stream: str
    id: str
    message: str


class Line(NamedTuple):
    """`turn` is empty where it is not known what it is about; `more` is for who looks closely."""

    at: float
    word: str
    turn: str
    what: str
    level: str = "INFO"
    more: str = ""


class Timeline:
    """Reads entries in their order. A function works on one message at a time: what Lambda itself
    writes of an invocation is about the message that was last named in it."""

    def __init__(self) -> None:
        self._about: dict[str, str] = {}

    def read(self, entries: Iterable[Entry]) -> list[Line]:
        return [line for entry in entries if (line := self._read(entry))]

    def _read(self, entry: Entry) -> Line | None:
        text = entry.message.strip()
        if said := _object(text):
            return self._own(entry, said)
        if text.startswith("START "):
            self._about.pop(entry.stream, None)
        if not text or text.startswith(("START ", *SILENT)):
            return None
        return self._plain(entry, text)

    def _own(self, entry: Entry, said: Mapping[str, Any]) -> Line:
        turn = str(said.get("turn", NO_TURN))
        if turn:
            self._about[entry.stream] = turn
        what, more = _parted(str(said["message"]))
        more = "\n".join(filter(None, (more, str(said.get("traceback", "")))))
        return Line(entry.at, entry.word, turn, what, str(said.get("level", "INFO")), more)

    def _plain(self, entry: Entry, text: str) -> Line | None:
        turn = self._about.get(entry.stream, NO_TURN)
        if meaning := _meaning(text):
            return Line(entry.at, entry.word, turn, meaning, "ERROR", text)
        if text.startswith("REPORT "):
            return None
        if raised := RAISED.match(text):
            what, (_, more) = raised["what"], _parted(text)
            return Line(entry.at, entry.word, turn, f"it broke: {what}", raised["level"], more)
        what, more = _parted(text)
        return Line(entry.at, entry.word, turn, what, more=more)


def _object(text: str) -> Mapping[str, Any] | None:
    """A line of ours."""
    try:
        said = json.loads(text) if text.startswith("{") else None
    except ValueError:
        return None
    return said if isinstance(said, dict) and "message" in said else None


def _meaning(text: str) -> str:
    for pattern, meaning in PLAIN:
        if found := pattern.search(text):
            why = next((each for each in found.groups() if each), "it does not say why")
            return meaning.format(why.strip())
    report = REPORT.search(text)
    if report and int(report["used"]) >= int(report["has"]):
        return (
            f"the function used all of its {report['has']} MB: give it more with --set "
            "(WorkerMemory, IngressMemory)"
        )
    return ""


def _parted(text: str) -> tuple[str, str]:
    """The first line, and the others."""
    first, *others = REST.split(text)
    return first, "\n".join(others)


def grouped(lines: Iterable[Line]) -> Mapping[str, list[Line]]:
    """By turn, in the order in which they begin; each in the order of time."""
    groups: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda line: line.at):
        groups.setdefault(line.turn, []).append(line)
    return groups
