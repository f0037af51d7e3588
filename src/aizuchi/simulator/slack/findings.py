"""What must not be there when a run is over."""

import re

from aizuchi.simulator.slack.blocks import shown
from aizuchi.simulator.slack.state import State, Thread
from aizuchi.simulator.slack.things import Message

PING = re.compile(r"<!(?:channel|here|everyone|subteam\^\w+)[^>]*>|<@[UW]\w+[^>]*>")
NAME = re.compile(r"(?<![\w@])@(?:channel|here|everyone)\b")
CODE = re.compile(r"```.*?(?:```|$)|`[^`\n]+`", re.DOTALL)
PREVIEWED = ("chat.postMessage", "chat.startStream", "response_url")


def findings(state: State, channel: str = "", root: str = "") -> list[str]:
    """Sentences about all that is wrong, in one channel or thread or anywhere; none when the app
    has behaved."""

    def is_meant(place: str, thread: str) -> bool:
        return channel in ("", place) and root in ("", thread)

    ours = [message for message in state.messages.values() if message.app and not message.deleted]
    meant = [message for message in ours if is_meant(message.channel, message.root)]
    return [
        *state.complaints,
        *(finding for message in meant for finding in _of_message(state, message)),
        *(finding for place in state.sessions if is_meant(*place) for finding in _at(state, place)),
        *(found for place in state.statuses if is_meant(*place) for found in _under(state, place)),
    ]


def _of_message(state: State, message: Message) -> list[str]:
    where = f"the message {_name(state, (message.channel, message.ts))}"
    found = []
    if state.is_streaming(message):
        found.append(f"{where} still streams")
    stream = message.stream
    if stream and stream.state == "broken":
        found.append(f"{where} is broken: its stream ran out of time")
    if not _said(message).strip():
        found.append(f"{where} is empty")
    if pings := active_pings(state, message):
        found.append(f"{where} pings people: {', '.join(pings)}")
    if message.unfurls and message.made_by in PREVIEWED:
        found.append(f"{where} lets links be previewed ({message.made_by} without unfurl flags)")
    return found


def _at(state: State, place: Thread) -> list[str]:
    if state.session_status(*place) != "processing":
        return []
    return [f"the session of {_name(state, place)} is still processing"]


def _under(state: State, place: Thread) -> list[str]:
    line = state.status_line(*place)
    return [f"the status line under {_name(state, place)} still says {line!r}"] if line else []


def _name(state: State, place: Thread) -> str:
    channel, ts = place
    return f"{ts} in {state.channels[channel].name}"


def active_pings(state: State, message: Message) -> list[str]:
    """What in a message of the app reaches people who did not ask."""
    text = _said(message)
    if not state.points.pings_in_code:
        text = CODE.sub("", text)
    by_name = message.parse == "full" or (
        message.parse == "client" and state.points.update_parses_names and not message.markdown
    )
    names = NAME.findall(message.text) if by_name else []
    return [*PING.findall(text), *names]


def _said(message: Message) -> str:
    return "\n".join([message.text, message.markdown, *map(shown, message.blocks)])
