"""What the calls of Slack have in common: chunks of a stream, the marker of a post, no previews."""

from collections.abc import Mapping, Sequence
from typing import Any

MARKER = "aizuchi_answer"


def chunks(text: str) -> Sequence[Mapping[str, Any]]:
    """A text as a stream takes it; one that was opened with plain text would take nothing else."""
    return [{"type": "markdown_text", "text": text}]


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


def silent(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without a preview of any link: whoever opens one learns that it was written."""
    return {**arguments, "unfurl_links": False, "unfurl_media": False}
