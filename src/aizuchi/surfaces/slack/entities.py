"""The text of a Slack message as a person wrote it: mentions, links and escapes undone."""

import re
from functools import lru_cache

_TOKEN = re.compile(r"<([^<>\n]+)>")
_GAP = r"[ \t\xa0]*"


def plain(text: str) -> str:
    """The text without Slack's encoding. A mention without a name stays as it is."""
    return unescaped(_TOKEN.sub(_named, text) if "<" in text else text)


def unescaped(text: str) -> str:
    """The three characters that Slack escapes; the ampersand last, so that none is undone twice."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def without_mention(text: str, user: str) -> str:
    """The text without the mentions of one user, and what sets the first one apart."""
    begins, anywhere = _mention_of(user)
    rest = begins.sub("", text)
    return (anywhere.sub(" ", rest) if "<@" in rest else rest).strip()


def without_first_mention(text: str) -> str:
    """The text without the mention that it begins with, whosever that is."""
    return re.sub(r"\A\s*<@[^<>]*>\s*[:,：、，]?", "", text).strip()


def mentions(text: str, user: str) -> bool:
    return f"<@{user}>" in text or f"<@{user}|" in text


@lru_cache
def _mention_of(user: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    mention = rf"{_GAP}<@{re.escape(user)}(?:\|[^<>]*)?>{_GAP}"
    return re.compile(rf"\A\s*{mention}[:,：、，]?"), re.compile(mention)


def _named(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    match target[0]:
        case "@" | "#":
            return f"{target[0]}{label.lstrip('@#')}" if label else token[0]
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            return _link(target, label)


def _link(target: str, label: str) -> str:
    """A link that Slack made of an address is that address."""
    if not label or target.removeprefix("mailto:").removeprefix("tel:").endswith(label):
        return target.removeprefix("mailto:").removeprefix("tel:")
    return f"[{label}]({target})"
