"""The hands of Slack: for each operation one call of its Web API, and never a second one."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from aizuchi.operations import (
    AppendStream,
    AttachFile,
    CloseStream,
    DeletePage,
    EditPage,
    Ended,
    Find,
    Found,
    HandOver,
    OpenStream,
    Operation,
    PostPage,
    Receipt,
    Refused,
    Sent,
    ShowEnd,
    ShowWorking,
)
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.commands import Commands
from aizuchi.surfaces.slack.finding import Finder
from aizuchi.surfaces.slack.mends import NEVER_HERE, UNWRITABLE
from aizuchi.surfaces.slack.payloads import chunks, marker, silent
from aizuchi.surfaces.slack.private import tell_alone, tell_why_not
from aizuchi.surfaces.slack.webapi import Answer, Reply, WebApi, refused
from aizuchi.surfaces.slack.working import Working

START, APPEND, STOP = "chat.startStream", "chat.appendStream", "chat.stopStream"
POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"
EPHEMERAL, REPLIES = "chat.postEphemeral", "conversations.replies"

ENDS: Mapping[str, Ended] = {
    "message_not_found": Ended("gone"),
    "message_not_in_streaming_state": Ended("expired"),
    "streaming_state_conflict": Ended("expired"),
    "stopped_by_user": Ended("stopped_by_reader"),
}


class SlackCourier:
    """Performs operations on Slack, for every workspace whose token there is.

    `streamless` are the workspaces that turned out to have no streams.
    """

    def __init__(self, api: WebApi, *, reactions: bool = False) -> None:
        self._api = api
        self._working = Working(api, reactions=reactions)
        self._commands = Commands(api)
        self.finder = Finder(api)
        self.streamless: set[str] = set()

    async def perform(self, operation: Operation, reply_to: Mapping[str, str]) -> Receipt:
        address = Address.from_mapping(reply_to)
        match operation:
            case ShowWorking(text):
                return _receipt(await self._working.show(address, text))
            case ShowEnd(well):
                return _receipt(await self._working.end(address, well=well))
            case PostPage():
                return await self._post(operation, address)
            case AttachFile() | HandOver():
                return refused("no_files")
            case OpenStream():
                return await self._open(operation, address)
            case EditPage() | DeletePage() | AppendStream() | CloseStream():
                return await self._change(operation, address)
            case never:
                assert_never(never)

    async def find(self, lost: Find, reply_to: Mapping[str, str]) -> Found:
        address = Address.from_mapping(reply_to)
        if not _may_be_found(lost, address):
            return refused("in_doubt")
        return await self.finder.find(lost, address)

    def budgets(self, operation: Operation | Find, reply_to: Mapping[str, str]) -> Sequence[str]:
        """A stream is opened only if there is also room to close it."""
        address = Address.from_mapping(reply_to)
        match operation:
            case ShowWorking() | ShowEnd():
                return self._working.budgets(address, ends=isinstance(operation, ShowEnd))
            case PostPage(private=private):
                return _budgets_of_post(address, private=private)
            case OpenStream():
                return () if address.team in self.streamless else (START, STOP)
            case CloseStream() | AttachFile() | HandOver():
                return ()
            case Find():
                return (REPLIES,) if _may_be_found(operation, address) else ()
            case _:
                return (_change_of(operation, address)[0],)

    async def _post(self, post: PostPage, address: Address) -> Receipt:
        if address.kind == "command":
            return _receipt(await self._commands.answer(post, address))
        if post.private:
            return _receipt(await tell_alone(self._api, post.text, address))
        place = {"channel": address.channel, "thread_ts": address.thread_ts}
        said = {"markdown_text": post.text, "metadata": marker(post.key)}
        reply = await self._api.call(POST, address.team, silent({**place, **said}))
        if isinstance(reply, Answer):
            self._working.posted(address)
        if isinstance(reply, Refused) and reply.code in UNWRITABLE:
            await tell_why_not(self._api, reply.code, address)
        return _receipt(reply)

    async def _open(self, stream: OpenStream, address: Address) -> Receipt:
        if address.team in self.streamless:
            return refused("feature_not_enabled")
        place = {"channel": address.channel, "thread_ts": address.thread_ts}
        reader = {"recipient_user_id": address.user, "recipient_team_id": address.user_team}
        said = {"chunks": chunks(stream.text, stream.steps)}
        arguments = silent({**place, **(reader if address.kind != "direct" else {}), **said})
        reply = await self._api.call(START, address.team, arguments)
        if isinstance(reply, Answer):
            self._working.posted(address)
        if isinstance(reply, Refused) and reply.code in NEVER_HERE:
            self.streamless.add(address.team)
        return _receipt(reply)

    async def _change(
        self, operation: EditPage | DeletePage | AppendStream | CloseStream, address: Address
    ) -> Receipt:
        method, arguments = _change_of(operation, address)
        place = {"channel": address.channel, "ts": operation.ref}
        reply = await self._api.call(method, address.team, {**place, **arguments})
        if isinstance(operation, CloseStream) and operation.final and isinstance(reply, Answer):
            self._working.closed(address)
        return _receipt(reply)


def _change_of(
    operation: EditPage | DeletePage | AppendStream | CloseStream, address: Address
) -> tuple[str, Mapping[str, Any]]:
    """The method and what it says of a message that stands."""
    match operation:
        case EditPage(text=text, key=key):
            return UPDATE, silent({"markdown_text": text, "metadata": marker(key)})
        case DeletePage():
            return DELETE, {}
        case AppendStream(text=text, steps=steps):
            return APPEND, {"chunks": chunks(text, steps)}
        case CloseStream(text=text, final=final, key=key, steps=steps):
            # What follows an open session's stream is still the same answer, unless this ends it.
            status = {"session_status": "active" if final else "processing"}
            rest = {"chunks": chunks(text, steps)} if text or steps else {}
            return STOP, {**status, **rest, "metadata": marker(key)}
        case never:
            assert_never(never)


def _may_be_found(lost: Find, address: Address) -> bool:
    """An answer to a command, and what one person alone sees, can be read back nowhere."""
    return not lost.private and address.kind != "command"


def _budgets_of_post(address: Address, *, private: bool) -> Sequence[str]:
    if address.kind == "command":
        return ()
    return (EPHEMERAL,) if private else (f"{POST}:{address.channel}",)


def _receipt(reply: Reply) -> Receipt:
    match reply:
        case Answer():
            return Sent(reply.ts)
        case Refused(code):
            return ENDS.get(code, reply)
        case _:
            return reply
