"""The hands of Plaza: one call of its web API for each operation, and never a second."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aizuchi.operations import (
    AppendStream,
    AttachFile,
    Busy,
    CloseStream,
    DeletePage,
    Doubtful,
    EditPage,
    Ended,
    Find,
    Found,
    OpenStream,
    Operation,
    PostPage,
    Receipt,
    Refused,
    Sent,
    ShowWorking,
)

CallApi = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""A method of the web API with its arguments; ConnectionError where no reply came."""

METHODS: Mapping[type[Operation], tuple[str, tuple[str, ...]]] = {
    ShowWorking: ("working", ("text",)),
    PostPage: ("post", ("text", "key")),
    EditPage: ("edit", ("ref", "text")),
    DeletePage: ("delete", ("ref",)),
    OpenStream: ("open", ("text",)),
    AppendStream: ("append", ("ref", "text")),
    CloseStream: ("close", ("ref", "text")),
    AttachFile: ("attach", ("ref", "name", "text")),
}

CLOCKS_DIFFER_S = 60.0

MENDS = {
    "archived": "Take the channel out of the archive.",
    "no_history": "Give the app the right to read the channel.",
}


class PlazaCourier:
    """Performs operations on Plaza."""

    def __init__(self, call_api: CallApi) -> None:
        self._call_api = call_api

    async def perform(self, operation: Operation, reply_to: Mapping[str, str]) -> Receipt:
        method, arguments = _call_of(operation)
        return _receipt(await self._call(method, {**reply_to, **arguments}))

    async def find(self, lost: Find, reply_to: Mapping[str, str]) -> Found:
        since = lost.since - CLOCKS_DIFFER_S
        reply = await self._call("history", {**reply_to, "since": since})
        match _receipt(reply):
            case Sent():
                return _mine(reply["messages"], lost) if reply else None
            case Ended():
                return None
            case receipt:
                return receipt

    def budgets(self, operation: Operation | Find, reply_to: Mapping[str, str]) -> Sequence[str]:
        """A stream is opened only if there is also room to close it."""
        match operation:
            case Find():
                return ("history",)
            case OpenStream():
                return ("open", "close")
            case CloseStream():
                return ()
            case PostPage():
                return (f"post:{reply_to['channel']}",)
            case _:
                return (_call_of(operation)[0],)

    async def _call(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            return await self._call_api(method, arguments)
        except ConnectionError:
            return None


def _call_of(operation: Operation) -> tuple[str, Mapping[str, Any]]:
    """A stream takes no key, so an opened one is found as the message that nobody knows of."""
    method, takes = METHODS[type(operation)]
    fields = operation._asdict()
    return method, {name: fields[name] for name in takes}


def _receipt(reply: Mapping[str, Any] | None) -> Receipt:
    if reply is None:
        return Doubtful()
    match reply.get("error"):
        case None:
            return Sent(reply.get("ref", ""))
        case "busy":
            return Busy(reply["retry_after"])
        case "not_streaming":
            return Ended("expired")
        case "streaming":
            return Ended("expired")
        case "stopped_by_reader":
            return Ended("stopped_by_reader")
        case "not_found":
            return Ended("gone")
        case code:
            return Refused(code, MENDS.get(code, ""))


def _mine(messages: Sequence[Mapping[str, Any]], lost: Find) -> Sent | None:
    """The message with our key or, as a stream has none, the one that nobody knows of."""
    keyed = [message["ref"] for message in messages if message["key"] == lost.key]
    streams = [
        message["ref"]
        for message in messages
        if not message["key"] and message["at"] >= lost.since and message["ref"] not in lost.known
    ]
    unknown = [ref for ref in keyed if ref not in lost.known] or streams
    return Sent(unknown[0]) if unknown else None
