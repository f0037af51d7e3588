"""The text of a Slack message as a person wrote it: mentions, links and escapes undone."""

import re
from functools import lru_cache

_TOKEN = re.compile(r"<([^<>\n]+)>")
GAP = " \t\xa0"
MARKS = (":", ",", "：", "、", "，")


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
    first, *others = _mention_of(user).split(text)
    if others and not first.strip():
        others[0] = _without_mark(others[0])
    return " ".join(part.strip(GAP) for part in (first, *others)).strip()


def without_first_mention(text: str) -> str:
    """The text without the mention that it begins with, whosever that is."""
    mention = re.match(r"<@[^<>]*>", text.lstrip())
    return _without_mark(text.lstrip()[mention.end() :]).strip() if mention else text.strip()


def mentions(text: str, user: str) -> bool:
    return f"<@{user}>" in text or f"<@{user}|" in text


def _without_mark(text: str) -> str:
    """What was said to somebody, without the mark that follows their name."""
    said = text.lstrip()
    return said[1:] if said.startswith(MARKS) else text


@lru_cache
def _mention_of(user: str) -> re.Pattern[str]:
    return re.compile(rf"<@{re.escape(user)}(?:\|[^<>]*)?>")


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
