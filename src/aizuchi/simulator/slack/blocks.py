"""Blocks: which there are, how much they hold, and what a reader sees of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aizuchi.simulator.slack.refusals import Refused

BLOCKS = 50
ALL_CHARS = 13_200
MARKDOWN_CHARS = 12_000
BLOCK_ID_CHARS = 255

# The most that a block of a type holds: characters of its text, elements of its list.
TEXT_OF: Mapping[str, int] = {"section": 3_000, "header": 150, "markdown": MARKDOWN_CHARS}
ELEMENTS_OF: Mapping[str, int] = {"context": 10, "actions": 25, "context_actions": 5}
FIELDS, TABLE_ROWS, TABLE_COLUMNS = 10, 100, 20
TYPES = frozenset(
    {*TEXT_OF, *ELEMENTS_OF}
    | {"divider", "image", "rich_text", "table", "video", "file", "input", "plan", "task_card"}
)


def check_blocks(blocks: Any, length: Callable[[str], int]) -> None:
    """Raises Refused for blocks that Slack does not take; Markdown has one limit for all of it."""
    if not _are_objects(blocks):
        raise Refused("invalid_blocks", messages=["[ERROR] must be a list of objects"])
    wrong = [
        f"[ERROR] {problem} [json-pointer:/blocks/{number}]"
        for number, block in enumerate(blocks)
        if (problem := _problem(block))
    ]
    if wrong:
        raise Refused("invalid_blocks", messages=wrong)
    lengths = [(block["type"], length(shown(block))) for block in blocks]
    markdown = sum(chars for kind, chars in lengths if kind == "markdown")
    in_all = sum(chars for _, chars in lengths)
    if len(blocks) > BLOCKS or markdown > MARKDOWN_CHARS or in_all > ALL_CHARS:
        raise Refused("msg_blocks_too_long")


def shown(block: dict[str, Any]) -> str:
    """What a reader sees of a block, as plain text."""
    match block["type"]:
        case "divider":
            return "───"
        case "table":
            return "\n".join(" | ".join(map(_element, row)) for row in block["rows"])
        case "image":
            return f"[image: {block.get('alt_text', '')}]"
        case "plan":
            return text_of(block.get("title"))
    if "elements" in block:
        return _inline(block["elements"])
    fields = map(text_of, block.get("fields", ()))
    return "\n".join(part for part in (text_of(block.get("text")), *fields) if part)


def text_of(value: Any) -> str:
    """A text, plain or as an object."""
    return str(value.get("text", "")) if isinstance(value, dict) else str(value or "")


def _problem(block: dict[str, Any]) -> str:
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        return f"unsupported type: {kind}"
    if not _is_shaped(block):
        return "missing or malformed elements, fields or rows"
    if len(str(block.get("block_id", ""))) > BLOCK_ID_CHARS:
        return f"block_id must be less than {BLOCK_ID_CHARS + 1} characters"
    return _text_problem(kind, block) or _list_problem(kind, block)


def _is_shaped(one: dict[str, Any]) -> bool:
    """Lists are lists of objects, all the way down; a table has rows of them."""
    lists = [one[name] for name in ("elements", "fields") if name in one]
    rows = one.get("rows") if one.get("type") == "table" else []
    if not isinstance(rows, list) or not all(map(_are_objects, [*lists, *rows])):
        return False
    return all(_is_shaped(inner) for each in [*lists, *rows] for inner in each)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _text_problem(kind: str, block: dict[str, Any]) -> str:
    most = TEXT_OF.get(kind)
    if most is None or block.get("fields"):
        return ""
    text = text_of(block.get("text"))
    if not text:
        return "must be more than 0 characters"
    return f"must be less than {most + 1} characters" if len(text) > most else ""


def _list_problem(kind: str, block: dict[str, Any]) -> str:
    if len(block.get("fields", ())) > FIELDS:
        return f"no more than {FIELDS} fields"
    if kind == "table":
        too_wide = any(len(row) > TABLE_COLUMNS for row in block["rows"])
        return "too large a table" if too_wide or len(block["rows"]) > TABLE_ROWS else ""
    most = ELEMENTS_OF.get(kind)
    count = len(block.get("elements", ()))
    return "" if most is None or 0 < count <= most else f"elements must be 1 to {most}"


def _inline(elements: Sequence[dict[str, Any]]) -> str:
    return "".join(map(_element, elements))


def _element(one: dict[str, Any]) -> str:
    """An element of rich text, a button or the like."""
    match one.get("type"):
        case "user":
            return f"<@{one.get('user_id')}>"
        case "broadcast":
            return f"<!{one.get('range')}>"
        case "button":
            return f"[{text_of(one.get('text'))}]"
        case "feedback_buttons":
            return "[👍] [👎]"
        case "link":
            return text_of(one.get("text") or one.get("url"))
    return _inline(one["elements"]) if "elements" in one else text_of(one.get("text"))
