"""What shows that the app is at work: an agent's session, an assistant's status line."""

from typing import Any

from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.places import joined, thread_in
from aizuchi.simulator.slack.refusals import Refused, invalid
from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Session, Status

SESSION_STATUSES = ("active", "processing", "suspended", "closed")
TITLE_CHARS = 200
LOADING_MESSAGES = 10
PROMPTS = 4
NOT_SUBSCRIBED = "missing_agent_session_stopped_event_subscription"


def set_session_status(state: State, call: Call) -> dict[str, Any]:
    place = _session_place(state, call)
    status = call.text("status")
    if status not in SESSION_STATUSES:
        raise invalid("status must be one of " + ", ".join(SESSION_STATUSES))
    session = state.sessions.get(place) or _new_session(state, call, place)
    set_status(state, *place, status)
    warned = status == "processing" and "agent_session_stopped" not in state.subscribed
    warning = {"warning": NOT_SUBSCRIBED} if warned else {}
    return {"status": status, "agent_status": status, "title": session.title, **warning}


def rename_session(state: State, call: Call) -> dict[str, Any]:
    session = state.sessions.get(_session_place(state, call))
    if session is None:
        raise Refused("session_not_found")
    session.title = _title(call)
    return {"title": session.title}


def set_status(state: State, channel: str, thread: str, status: str) -> None:
    session = state.sessions[channel, thread]
    session.status, session.set_at = status, state.clock()


def set_thread_status(state: State, call: Call) -> dict[str, Any]:
    channel = joined(state, call, "channel_id")
    thread = thread_in(state, call, channel)
    if len(call.texts("loading_messages")) > LOADING_MESSAGES:
        raise invalid(f"at most {LOADING_MESSAGES} loading_messages")
    if text := call.text("status"):
        state.statuses[channel.id, thread] = Status(text, state.clock())
    else:
        state.statuses.pop((channel.id, thread), None)
    return {}


def set_suggested_prompts(state: State, call: Call) -> dict[str, Any]:
    joined(state, call, "channel_id")
    prompts = call.objects("prompts") or []
    if not 0 < len(prompts) <= PROMPTS or not all({"title", "message"} <= {*p} for p in prompts):
        raise invalid(f"1 to {PROMPTS} prompts, each with title and message")
    if state.has_agent_view and call.text("thread_ts"):
        state.complain(f"{call.method}: with thread_ts an agent's prompts are never shown")
    return {}


def set_thread_title(state: State, call: Call) -> dict[str, Any]:
    thread_in(state, call, joined(state, call, "channel_id"))
    _title(call)
    return {}


def _session_place(state: State, call: Call) -> tuple[str, str]:
    if not state.has_agent_view:
        raise Refused(state.points.no_agent)
    channel = joined(state, call, "channel_id")
    if channel.archived:
        raise Refused("is_archived")
    thread = thread_in(state, call, channel)
    if not thread:
        raise invalid("missing required field: thread_ts")
    return channel.id, thread


def _new_session(state: State, call: Call, place: tuple[str, str]) -> Session:
    user = call.text("initiator_user_id")
    if user and user not in state.channels[place[0]].members:
        raise Refused("user_not_in_channel")
    session = Session(_title(call) if call.text("title") else "", user)
    state.sessions[place] = session
    return session


def _title(call: Call) -> str:
    title = call.text("title")
    if not 0 < len(title) <= TITLE_CHARS:
        raise invalid(f"title must have 1 to {TITLE_CHARS} characters")
    return title
