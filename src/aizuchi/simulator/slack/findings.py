"""What must not be there when a run is over."""

import re

from aizuchi.simulator.slack.blocks import shown
from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Message

PING = re.compile(r"<!(?:channel|here|everyone|subteam\^\w+)[^>]*>|<@[UW]\w+[^>]*>")
NAME = re.compile(r"(?<![\w@])@(?:channel|here|everyone)\b")
CODE = re.compile(r"```.*?(?:```|$)|`[^`\n]+`", re.DOTALL)
PREVIEWED = ("chat.postMessage", "chat.startStream", "response_url")


def findings(state: State) -> list[str]:
    """Sentences about all that is wrong; none when the app has behaved."""
    ours = [message for message in state.messages.values() if message.app and not message.deleted]
    return [
        *state.complaints,
        *(finding for message in ours for finding in _of_message(state, message)),
        *_of_sessions(state),
    ]


def _of_message(state: State, message: Message) -> list[str]:
    where = f"the message {message.ts} in {state.channels[message.channel].name}"
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


def _of_sessions(state: State) -> list[str]:
    working = [
        f"the session in {channel} {thread} is still processing"
        for channel, thread in state.sessions
        if state.session_status(channel, thread) == "processing"
    ]
    waiting = [
        f"the status line in {channel} {thread} still says {text!r}"
        for channel, thread in state.statuses
        if (text := state.status_line(channel, thread))
    ]
    return [*working, *waiting]


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
