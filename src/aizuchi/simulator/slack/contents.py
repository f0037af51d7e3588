"""What a message may hold: text, Markdown, blocks and chunks, with Slack's limits and errors."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.refusals import Refused

TEXT_CHARS = 40_000
EDITED_CHARS = 4_000
MARKDOWN_CHARS = 12_000
BLOCKS = 50
BLOCKS_CHARS = 13_200
BLOCK_ID_CHARS = 255

# The most that a block of a type holds: characters of its text, elements of its list.
TEXT_OF_BLOCK: Mapping[str, int] = {"section": 3_000, "header": 150, "markdown": 12_000}
ELEMENTS_OF_BLOCK: Mapping[str, int] = {"context": 10, "actions": 25, "context_actions": 5}
BLOCK_TYPES = frozenset(
    {*TEXT_OF_BLOCK, *ELEMENTS_OF_BLOCK}
    | {"divider", "image", "rich_text", "table", "video", "file", "input", "plan", "task_card"}
)
TABLE_ROWS, TABLE_COLUMNS = 100, 20


class Content(NamedTuple):
    """What a message says; `blocks` is None where none were given."""

    text: str
    markdown: str
    blocks: list[dict[str, Any]] | None

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.markdown or self.blocks)


class Measure(NamedTuple):
    """How long a text is for Slack."""

    utf16: bool

    def length(self, text: str) -> int:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2 if self.utf16 else len(text)


def content_of(call: Call, measure: Measure, *, most_text: int = 0) -> Content:
    """The content that a call gives; text beyond `most_text` is refused, or else cut at 40,000."""
    text, markdown = call.text("text"), call.text("markdown_text")
    blocks = call.objects("blocks")
    if markdown and (text or blocks):
        raise Refused("markdown_text_conflict")
    if most_text and measure.length(text) > most_text:
        raise Refused("msg_too_long")
    check_markdown(markdown, measure)
    check_blocks(blocks or (), measure)
    content = Content(text[:TEXT_CHARS], markdown, blocks)
    if content.is_empty and not call.objects("attachments"):
        raise Refused("no_text")
    return content


def check_markdown(markdown: str, measure: Measure) -> None:
    if measure.length(markdown) > MARKDOWN_CHARS:
        raise Refused("msg_too_long")


def check_blocks(blocks: Sequence[dict[str, Any]], measure: Measure) -> None:
    """Markdown blocks have one limit for all of them together."""
    lengths = [(block.get("type"), measure.length(shown(block))) for block in blocks]
    markdown = sum(length for kind, length in lengths if kind == "markdown")
    too_long = markdown > MARKDOWN_CHARS or sum(length for _, length in lengths) > BLOCKS_CHARS
    if len(blocks) > BLOCKS or too_long:
        raise Refused("msg_blocks_too_long")
    wrong = [
        f"[ERROR] {problem} [json-pointer:/blocks/{number}]"
        for number, block in enumerate(blocks)
        if (problem := _problem(block))
    ]
    if wrong:
        raise Refused("invalid_blocks", messages=wrong)


def _problem(block: dict[str, Any]) -> str:
    kind = block.get("type")
    if kind not in BLOCK_TYPES:
        return f"unsupported type: {kind}"
    if len(str(block.get("block_id", ""))) > BLOCK_ID_CHARS:
        return f"block_id must be less than {BLOCK_ID_CHARS + 1} characters"
    return _text_problem(kind, block) or _list_problem(kind, block)


def _text_problem(kind: str, block: dict[str, Any]) -> str:
    most = TEXT_OF_BLOCK.get(kind)
    if most is None or (kind == "section" and block.get("fields")):
        return ""
    text = _text(block.get("text"))
    if not text:
        return "must be more than 0 characters"
    return f"must be less than {most + 1} characters" if len(text) > most else ""


def _list_problem(kind: str, block: dict[str, Any]) -> str:
    if kind == "table":
        rows = block.get("rows") or []
        too_wide = any(len(row) > TABLE_COLUMNS for row in rows)
        return "too large a table" if too_wide or not 0 < len(rows) <= TABLE_ROWS else ""
    most = ELEMENTS_OF_BLOCK.get(kind)
    if most is None:
        return ""
    count = len(block.get("elements") or [])
    return "" if 0 < count <= most else f"elements must be 1 to {most}"


def shown(block: dict[str, Any]) -> str:
    """What a reader sees of a block, as plain text."""
    match block.get("type"):
        case "divider":
            return "───"
        case "table":
            return "\n".join(_row(row) for row in block.get("rows") or [])
        case "section" if fields := block.get("fields"):
            return "\n".join([_text(block.get("text")), *map(_text, fields)]).strip()
        case "image":
            return f"[image: {block.get('alt_text', '')}]"
        case "plan":
            return str(block.get("title", ""))
    elements = block.get("elements")
    return _inline(elements) if isinstance(elements, list) else _text(block.get("text"))


def _row(row: Sequence[dict[str, Any]]) -> str:
    return " | ".join(_inline([cell]) for cell in row)


def _inline(elements: Sequence[Any]) -> str:
    """Elements of rich text, buttons and the like, one after the other."""
    parts = []
    for one in elements:
        inner = one.get("elements")
        match one.get("type"):
            case "user":
                parts.append(f"<@{one.get('user_id')}>")
            case "broadcast":
                parts.append(f"<!{one.get('range')}>")
            case "button":
                parts.append(f"[{_text(one.get('text'))}]")
            case "feedback_buttons":
                parts.append("[👍] [👎]")
            case "link":
                parts.append(str(one.get("text") or one.get("url")))
            case _:
                parts.append(_inline(inner) if isinstance(inner, list) else _text(one.get("text")))
    return "".join(parts)


def _text(value: Any) -> str:
    return str(value.get("text", "")) if isinstance(value, dict) else str(value or "")
