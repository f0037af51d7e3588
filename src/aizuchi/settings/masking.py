"""Keeps secrets out of what is written, logs and tracebacks included."""

import json
import logging
from collections.abc import Collection

from aizuchi.settings.secrets import SHOWN

SHORTEST_MASKED = 4


def mask(text: str, values: Collection[str]) -> str:
    """The text without any of the values; ones too short to be a secret are left."""
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= SHORTEST_MASKED:
            text = text.replace(value, SHOWN)
    return text


class JsonFormatter(logging.Formatter):
    """Writes an event a line, as JSON; tracebacks are in it, and no known secret is."""

    def __init__(self, dates: str, values: Collection[str]) -> None:
        super().__init__(datefmt=dates)
        self._values = values

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if turn := getattr(record, "turn", ""):
            line["turn"] = turn
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        shown = {key: mask(text, self._values) for key, text in line.items()}
        return json.dumps(shown, ensure_ascii=False)


class MaskingFormatter(logging.Formatter):
    """Writes log lines, tracebacks included, in which no known secret stands."""

    def __init__(self, pattern: str, dates: str, values: Collection[str]) -> None:
        super().__init__(pattern, dates)
        self._values = values

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record), self._values)
