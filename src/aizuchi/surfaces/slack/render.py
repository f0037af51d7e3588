"""An answer as Slack shows it: Markdown on pages, in which nothing calls anybody."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.limits import Limits
from aizuchi.markdown import pages, units
from aizuchi.surfaces.slack import LIMITS
from aizuchi.surfaces.slack.emphasis import with_japanese_emphasis

ZERO_WIDTH = "\u200b"
LONGEST_QUOTE = 1_000
LONGEST_NOTICE = 150

_BRACKET = r"<|&lt;?|&#0*60;?|&#x0*3c;?"
_CALL = re.compile(rf"({_BRACKET})(?=\\?(?:[@#]\w|!(?!doctype\b)[a-z]))", re.IGNORECASE)
_PERHAPS_CALL = re.compile(rf"(?:{_BRACKET})(\\?(?:[@#]|![a-z]{{0,7}})?)\Z", re.IGNORECASE)


def render(markdown: str, limits: Limits = LIMITS, *, growing: bool = False) -> Sequence[str]:
    """The pages of `markdown_text`. Of a growing text, all that could still turn out to call
    somebody, or to need another space, is held back."""
    text = with_japanese_emphasis(_decided(markdown) if growing else markdown, growing=growing)
    return pages(harmless(text), limits.page_chars, measure=units, growing=growing)


def harmless(text: str) -> str:
    """The text in which no `<!channel>`, `<@U1>`, `<#C1>` or `<!subteam^S1>` is one: Slack would
    resolve them, in code too. HTML's own `<!doctype>` and comments stay as they are."""
    return _CALL.sub(rf"\g<1>{ZERO_WIDTH}", text)


def notice(page: str) -> str:
    """The plain beginning of a page, for the notification of a message made of blocks."""
    words = " ".join(re.sub(r"[*_~`#|]+", " ", page).split())
    short = words if len(words) <= LONGEST_NOTICE else words[: LONGEST_NOTICE - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quotation(question: str) -> Mapping[str, Any]:
    """The block in which a question is quoted: text that Slack does not read anything into."""
    long = len(question) > LONGEST_QUOTE
    shown = question[: LONGEST_QUOTE - 1] + "…" if long else question
    text = {"type": "text", "text": shown}
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [text]}],
    }


def _decided(growing: str) -> str:
    """A growing text up to what it is not decided yet whether it calls somebody."""
    match = _PERHAPS_CALL.search(growing, max(0, len(growing) - 24))
    return growing[: match.start(1)] if match else growing
