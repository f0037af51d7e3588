"""What the calls of Slack have in common: chunks of a stream, the marker of a post, no previews."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.answers import Step, StepState

MARKER = "aizuchi_answer"
_TIME = re.compile(r"\d{1,12}\.\d{1,9}", re.ASCII)


TASK_STATES: Mapping[StepState, str] = {
    "running": "in_progress",
    "done": "complete",
    "failed": "error",
}


def chunks(text: str, steps: Sequence[Step] = ()) -> Sequence[Mapping[str, Any]]:
    """Steps and a text as a stream takes them; one that was opened with plain text would take
    nothing else."""
    tasks = [
        {"type": "task_update", "id": id_, "title": title, "status": TASK_STATES[state]}
        for id_, title, state in steps
    ]
    return [*tasks, *([{"type": "markdown_text", "text": text}] if text else [])]


def marker(key: str) -> Mapping[str, Any]:
    """What a message of ours is found by. Any app may read it, so it tells nothing."""
    return {"event_type": MARKER, "event_payload": {"key": key}}


def key_of(message: Mapping[str, Any]) -> str:
    """The key in the marker of a message; empty where it has none."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != MARKER:
        return ""
    payload = metadata.get("event_payload")
    return str(payload.get("key", "")) if isinstance(payload, dict) else ""


def messages_in(reply: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The messages that a thread was read to hold; `ts` is the time of each."""
    listed = reply.get("messages")
    messages = listed if isinstance(listed, list) else []
    return [each for each in messages if isinstance(each, dict) and _is_time(each.get("ts"))]


def cursor_in(reply: Mapping[str, Any]) -> str:
    """Where the next page of what was read begins; empty where there is none."""
    more = reply.get("response_metadata")
    cursor = more.get("next_cursor") if isinstance(more, dict) else None
    return cursor if isinstance(cursor, str) else ""


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def silent(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without a preview of any link: whoever opens one learns that it was written."""
    return {**arguments, "unfurl_links": False, "unfurl_media": False}
