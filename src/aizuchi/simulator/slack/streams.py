"""Slack's own streaming: start, append, stop, within some five minutes."""

from typing import Any, Literal

from aizuchi.simulator.slack.blocks import check_blocks
from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.contents import check_markdown
from aizuchi.simulator.slack.payloads import with_metadata
from aizuchi.simulator.slack.places import own_message, thread_in, visible, writable
from aizuchi.simulator.slack.posts import fresh, unfurls
from aizuchi.simulator.slack.refusals import Refused, invalid
from aizuchi.simulator.slack.sessions import SESSION_STATUSES, set_status
from aizuchi.simulator.slack.state import Happened, State
from aizuchi.simulator.slack.things import Channel, Message, Stream

TASK_STATUSES = ("pending", "in_progress", "complete", "error")
DISPLAY_MODES = ("", "timeline", "plan", "dense")
Mode = Literal["", "text", "chunks"]


def start_stream(state: State, call: Call) -> dict[str, Any]:
    _has_streams(state)
    channel = writable(state, call)
    _check_recipient(state, call, channel)
    thread = _thread(state, call, channel)
    if call.text("task_display_mode") not in DISPLAY_MODES:
        raise Refused("invalid_task_display_mode")
    message = fresh(state, call, channel, thread)
    message.stream = Stream(state.clock(), _mode(call))
    message.unfurls = unfurls(call)
    _feed(state, message, message.stream, call)
    if state.points.stream_events:
        state.add(message)
    else:
        state.messages[channel.id, message.ts] = message
        state.statuses.pop((channel.id, message.root), None)
    return {"channel": channel.id, "ts": message.ts}


def append_stream(state: State, call: Call) -> dict[str, Any]:
    message, stream = _open(state, call)
    if not _mode(call):
        raise Refused("no_text")
    _feed(state, message, stream, call)
    stream.fed_at = state.clock()
    return {"channel": message.channel, "ts": message.ts}


def stop_stream(state: State, call: Call) -> dict[str, Any]:
    message, stream = _open(state, call)
    session_status = call.text("session_status") or "active"
    if session_status not in SESSION_STATUSES:
        raise invalid("session_status is none of " + ", ".join(SESSION_STATUSES))
    blocks = call.objects("blocks") or []
    check_blocks(blocks, state.measure.length)
    _feed(state, message, stream, call)
    message.blocks += blocks
    message.metadata = call.record("metadata") or message.metadata
    stream.state = "ended"
    for task in stream.tasks.values():
        task["status"] = "error" if task["status"] == "in_progress" else task["status"]
    if (message.channel, message.root) in state.sessions:
        set_status(state, message.channel, message.root, session_status)
    if state.points.stream_events:
        state.tell(Happened("changed", message.channel, message.user, message))
    return {
        "channel": message.channel,
        "ts": message.ts,
        "message": with_metadata(state, message),
    }


def _has_streams(state: State) -> None:
    if not state.has_streams:
        raise Refused(state.points.no_streaming)


def _check_recipient(state: State, call: Call, channel: Channel) -> None:
    """In a channel Slack must know for whom it streams."""
    if channel.kind == "im":
        return
    for name in ("recipient_user_id", "recipient_team_id"):
        if not call.text(name):
            raise Refused(f"missing_{name}")
    user = state.users.get(call.text("recipient_user_id"))
    if user is None or user.team != call.text("recipient_team_id"):
        raise Refused("user_not_found")


def _thread(state: State, call: Call, channel: Channel) -> str:
    thread = thread_in(state, call, channel)
    if not thread and (channel.kind == "im" or state.points.stream_needs_thread):
        raise invalid("missing required field: thread_ts")
    return thread


def _open(state: State, call: Call) -> tuple[Message, Stream]:
    """The open stream that a call names."""
    _has_streams(state)
    channel = visible(state, call)
    message = own_message(state, call, channel, "message_not_owned_by_app")
    stream = state.stream_of(message)
    if stream and stream.state == "stopped":
        stream.refusals += 1
        raise Refused(state.points.stopped_again if stream.refusals > 1 else "stopped_by_user")
    if stream is None or stream.state != "open":
        raise Refused("message_not_in_streaming_state")
    return message, stream


def _mode(call: Call) -> Mode:
    if call.text("markdown_text"):
        return "text"
    return "chunks" if call.objects("chunks") else ""


def _feed(state: State, message: Message, stream: Stream, call: Call) -> None:
    """Adds what the call brings; a stream of text takes no chunks."""
    chunks = call.objects("chunks") or []
    if chunks and (stream.mode == "text" or call.text("markdown_text")):
        raise Refused("streaming_mode_mismatch")
    text = call.text("markdown_text")
    check_markdown(text, state.measure)
    added = text + "".join(_checked(state, chunk) for chunk in chunks)
    if state.measure.length(message.markdown + added) > state.points.stream_chars:
        raise Refused("msg_too_long")
    stream.mode = stream.mode or _mode(call)
    message.markdown += added
    for chunk in chunks:
        _show(message, stream, chunk)


def _checked(state: State, chunk: dict[str, Any]) -> str:
    """The text of a chunk, which is in order."""
    match chunk:
        case {"type": "markdown_text", "text": str(text)}:
            check_markdown(text, state.measure)
            return text
        case {"type": "task_update", "id": str(), "title": str(), "status": status}:
            if status in TASK_STATUSES:
                return ""
        case {"type": "plan_update", "title": str()}:
            return ""
        case {"type": "blocks", "blocks": list(blocks)}:
            check_blocks(blocks, state.measure.length)
            return ""
    raise Refused("invalid_chunks")


def _show(message: Message, stream: Stream, chunk: dict[str, Any]) -> None:
    match chunk["type"]:
        case "task_update":
            stream.tasks[chunk["id"]] = {"title": chunk["title"], "status": chunk["status"]}
        case "blocks":
            message.blocks += chunk["blocks"]
