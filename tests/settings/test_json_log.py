"""A log line as JSON is one line, whatever is in it, and shows no secret."""

import json
import logging
import sys

from aizuchi.settings.masking import JsonFormatter


def record(message: str, error: Exception | None = None) -> logging.LogRecord:
    try:
        raise error or ValueError("none")
    except ValueError:
        trouble = sys.exc_info() if error else None
    return logging.LogRecord("aizuchi", logging.ERROR, "x.py", 1, message, ("日本",), trouble)


def test_a_line_tells_what_and_when() -> None:
    line = json.loads(JsonFormatter("%Y", ()).format(record('said "%s"\nand more')))
    assert (line["level"], line["logger"]) == ("ERROR", "aizuchi")
    assert line["message"] == 'said "日本"\nand more'
    assert "traceback" not in line


def test_a_traceback_is_in_the_line_and_no_secret_is() -> None:
    text = JsonFormatter("%Y", ["sk-secret"]).format(record("%s", ValueError("sk-secret")))
    assert "\n" not in text
    assert "sk-secret" not in text
    assert "ValueError" in json.loads(text)["traceback"]
