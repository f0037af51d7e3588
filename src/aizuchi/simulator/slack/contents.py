"""What a message may hold: text, Markdown and blocks, with Slack's limits and errors."""

from typing import Any, NamedTuple

from aizuchi.simulator.slack.blocks import MARKDOWN_CHARS, check_blocks
from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.refusals import Refused

TEXT_CHARS = 40_000
EDITED_CHARS = 4_000


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
    check_blocks(blocks or [], measure.length)
    content = Content(text[:TEXT_CHARS], markdown, blocks)
    if content.is_empty and not call.objects("attachments"):
        raise Refused("no_text")
    return content


def check_markdown(markdown: str, measure: Measure) -> None:
    if measure.length(markdown) > MARKDOWN_CHARS:
        raise Refused("msg_too_long")
