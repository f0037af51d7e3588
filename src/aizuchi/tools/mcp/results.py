"""What an MCP tool returned, as the model is told it: text in full, all else by its name. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aizuchi.toolbox import LONGEST_RESULT, shortened
from aizuchi.tools.mcp.offers import sound, told

NOTHING = "It returned nothing."
LONGEST = LONGEST_RESULT - 100  # so that who tells the model need not shorten it once more


def text_of(content: Iterable[Mapping[str, Any]], structured: Any = None) -> str:
    """The contents of a result, as the protocol writes them in JSON."""
    blocks = list(content)
    texts = [str(block.get("text", "")) for block in blocks if block.get("type") == "text"]
    others = [_named(block) for block in blocks if block.get("type") != "text"]
    values = [] if structured is None or _says(texts, structured) else [_json(structured)]
    whole = "\n\n".join(filter(None, [*texts, *values, *others])) or NOTHING
    return sound(shortened(whole, LONGEST))


def _says(texts: Sequence[str], structured: Any) -> bool:
    """Whether a text says the same already, as it is to for older clients."""
    same = (structured, structured.get("result") if isinstance(structured, dict) else None)
    return len(texts) == 1 and (texts[0] in same or _read(texts[0]) in same)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _named(block: Mapping[str, Any]) -> str:
    """What is not text: what it is, without what is in it."""
    match block.get("type"):
        case "image" | "audio" as kind:
            data = str(block.get("data", ""))
            size = len(data) * 3 // 4 - data[-2:].count("=")
            return f"[{kind}, {_word(block.get('mimeType'))}, {size} bytes: not shown]"
        case "resource":
            resource = block.get("resource") or {}
            return f"[resource {_word(resource.get('uri'))}: not shown]"
        case "resource_link":
            return f"[resource {_word(block.get('uri'))}, {_word(block.get('name'))}: not read]"
    return f"[{_word(block.get('type'))}: not shown]"


def _word(value: Any) -> str:
    return told(str(value or "unknown"), 200).replace("\n", " ")
