"""What comes as a form: a slash command, a click, or Slack looking at our certificate."""

from typing import Any
from urllib.parse import unquote_to_bytes

from aizuchi.edge import read_object
from aizuchi.errors import BadJson
from aizuchi.events import Event

MOST_FIELDS = 100


def read_form(body: bytes) -> Event:
    """The event that a form brings.

    Raises:
        BadJson: it is no form of Slack's, or what it holds is no JSON object.
    """
    fields = _fields(body)
    if "payload" in fields:
        return Event("interactive", None, read_object(fields["payload"].encode()))
    if "command" in fields:
        return Event("slash_commands", None, fields)
    if fields.get("ssl_check") == "1":
        return Event("ssl_check", None, fields)
    raise BadJson("the form is none that Slack sends")


def _fields(body: bytes) -> dict[str, Any]:
    if body.count(b"&") >= MOST_FIELDS:
        raise BadJson("the form has too many fields")
    try:
        pairs = [pair.partition("=") for pair in body.decode().replace("+", " ").split("&") if pair]
        fields = {_plain(name): _plain(value) for name, _, value in pairs}
    except ValueError:
        raise BadJson("the body is no form in UTF-8") from None
    if len(fields) != len(pairs):
        raise BadJson("a field stands in the form twice")
    return fields


def _plain(quoted: str) -> str:
    return unquote_to_bytes(quoted).decode() if "%" in quoted else quoted
