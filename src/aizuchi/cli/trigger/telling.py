"""What came of something that was triggered, for a person to read."""

from collections.abc import Mapping
from typing import Any

UNAUTHORIZED = 401


def told(seen: Mapping[str, Any], *, bad_signature: bool = False) -> str:
    """The conversation, where there is one, then what a person should know besides."""
    notes = [*_delivered(seen), *_unanswered(seen, bad_signature=bad_signature)]
    notes += [f"WRONG  {finding}" for finding in seen["findings"]]
    if seen["quiet"] and seen["thread"]:
        notes.append(f"To go on in this thread: --thread {seen['thread']}")
    return "\n\n".join(filter(None, [seen["transcript"], "\n".join(notes)]))


def is_well(seen: Mapping[str, Any], *, bad_signature: bool) -> bool:
    if bad_signature:
        return set(seen["statuses"]) == {UNAUTHORIZED}
    return bool(seen["quiet"]) and not seen["findings"]


def _delivered(seen: Mapping[str, Any]) -> list[str]:
    statuses = seen["statuses"]
    if statuses in ([200], []):
        return []
    times = "once" if len(statuses) == 1 else f"{len(statuses)} times"
    return [f"Delivered {times}; answered with {', '.join(map(str, statuses))}."]


def _unanswered(seen: Mapping[str, Any], *, bad_signature: bool) -> list[str]:
    if bad_signature and is_well(seen, bad_signature=True):
        return ["Refused, as it has to be."]
    return [] if seen["quiet"] else ["It is not answered yet, or something is still under way."]
