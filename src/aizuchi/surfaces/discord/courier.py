"""The hands of Discord: an interaction is answered by its token while that lives, all else and all
later by the bot."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, assert_never

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
    HandOver,
    OpenStream,
    Operation,
    PostPage,
    Receipt,
    Refused,
    Sent,
    ShowEnd,
    ShowWorking,
    Stage,
)
from aizuchi.surfaces.discord.address import Address
from aizuchi.surfaces.discord.bot import Bot
from aizuchi.surfaces.discord.buckets import SOON_S
from aizuchi.surfaces.discord.buttons import Kind, choice, rows
from aizuchi.surfaces.discord.finding import Finder, First
from aizuchi.surfaces.discord.messages import QUIET, Ref, message, without_buttons
from aizuchi.surfaces.discord.rest import Answer, File, Reply, Rest, refused
from aizuchi.surfaces.discord.tokens import Tokens
from aizuchi.surfaces.discord.webhook import Webhook
from aizuchi.words import language_of, say

BUTTONS: Mapping[Stage, Kind | None] = {"grows": "stop", "closed": None, "ends": "again"}


class DiscordCourier:
    """Performs operations on Discord. `clock` is the time of day."""

    def __init__(self, rest: Rest, clock: Callable[[], float], *, buttons: bool = True) -> None:
        self._rest, self._buttons = rest, buttons
        self.tokens = Tokens(clock)
        self.finder = Finder(rest, self.tokens, clock)
        self._bot, self._webhook = Bot(rest), Webhook(rest, self.tokens)

    async def perform(self, operation: Operation, reply_to: Mapping[str, str]) -> Receipt:
        address = Address.from_mapping(reply_to)
        match operation:
            case ShowWorking():
                return await self._show_working(address)
            case ShowEnd():
                return Sent()
            case PostPage():
                return await self._post(operation, address)
            case EditPage() | AttachFile() | DeletePage() | HandOver():
                return await self._change(operation, address)
            case OpenStream() | AppendStream() | CloseStream():
                return refused("no_streams")
            case never:
                assert_never(never)

    async def find(self, lost: Find, reply_to: Mapping[str, str]) -> Found:
        return await self.finder.find(lost, Address.from_mapping(reply_to))

    def budgets(self, operation: Operation | Find, reply_to: Mapping[str, str]) -> Sequence[str]:
        address = Address.from_mapping(reply_to)
        match operation:
            case ShowWorking() | ShowEnd():
                return (f"discord.typing:{address.channel}",)
            case Find():
                return (f"discord.history:{address.channel}",)
            case _ if self.tokens.are_usable(address):
                return (f"discord.followup:{address.id}",)
            case _:
                return (f"discord.message:{address.channel}",)

    async def _show_working(self, address: Address) -> Receipt:
        if address.question:
            return _receipt(await self._bot.disarm(Ref(address.question), address.channel))
        if address.kind == "interaction":
            return Sent()  # Discord shows it by itself
        return _receipt(await self._bot.show_typing(address.channel))

    # ── posting ──

    async def _post(self, post: PostPage, address: Address) -> Receipt:
        body = self._body(post, address)
        if address.kind == "message":
            speak = self._bot.tell_alone if post.private else self._bot.reply
            return _sent(*await speak(body, post.key, address))
        alone = post.private and not address.direct
        if alone and not address.ephemeral:
            reply, where = await self._webhook.whisper(body, address)
        else:
            fill = self._webhook.fill if post.page == 1 else self._webhook.follow
            reply, where = await fill(body, address)
        if reply is None:
            return await self._post_instead(post, body, address)
        return _receipt(reply, where)

    async def _post_instead(
        self, post: PostPage, body: Mapping[str, Any], address: Address
    ) -> Receipt:
        """The token is of no use: the bot speaks, to the person alone where only they may read."""
        if post.page == 1 and (receipt := await self._take_over(post, body, address)):
            return receipt
        alone = (address.ephemeral or post.private) and not address.direct
        speak = self._bot.tell_alone if alone else self._bot.speak
        return _sent(*await speak(body, post.key, address))

    async def _take_over(
        self, post: PostPage, body: Mapping[str, Any], address: Address
    ) -> Receipt | None:
        """“Thinking…” is cleared away; what the token said last, and nobody heard that it did, is
        now the bot's to edit. What was handed over stays as it is."""
        if self.tokens.were_closed(address):
            return None
        match await self.finder.first_response(address):
            case First(ref, is_loading=True):
                await self._bot.delete(ref, address.channel)
            case First(ref) if not post.private:
                reply = await self._bot.edit(ref, address.channel, body)
                return None if isinstance(reply, Refused) else _receipt(reply, ref)
            case Busy() | Doubtful():
                return Busy(SOON_S)
            case _:
                await self._webhook.clear(address)
        return None

    # ── what stands ──

    async def _change(
        self, operation: EditPage | AttachFile | DeletePage | HandOver, address: Address
    ) -> Receipt:
        match operation:
            case EditPage(ref=ref):
                return await self._edit(ref, self._body(operation, address), address)
            case AttachFile(ref=ref, name=name, text=text):
                return await self._edit(ref, QUIET, address, File(name, text.encode()))
            case DeletePage(ref=ref):
                return await self._delete(Ref.of(ref), address)
            case HandOver(ref=ref):
                return await self._hand_over(ref, address)
            case never:
                assert_never(never)

    async def _edit(
        self, ref: str, body: Mapping[str, Any], address: Address, file: File | None = None
    ) -> Receipt:
        """A response outlives its token: the bot, whose message it is, can edit it then."""
        where = Ref.of(ref)
        if where.channel and where.channel != address.channel:
            body = without_buttons(body)
        reply = None
        if not where.channel:
            reply = await self._webhook.edit(where, body, address, file)
        if reply is None:
            reply = await self._bot.edit(where, where.channel or address.channel, body, file)
        return _receipt(reply)

    async def _delete(self, ref: Ref, address: Address) -> Receipt:
        reply = None if ref.channel else await self._webhook.delete(ref, address)
        if reply is None:
            reply = await self._bot.delete(ref, ref.channel or address.channel)
        return _receipt(reply)

    async def _hand_over(self, ref: str, address: Address) -> Receipt:
        """Nothing more is said by the token, so that what comes now comes from the bot."""
        code = "goes_on_below" if self._rest.has_token else "out_of_time"
        body = message(say(code, language_of("", address.locale)))
        where = Ref.of(ref) if ref else Ref("", is_original=True)
        reply = await self._webhook.edit(where, body, address)
        if isinstance(reply, Answer):
            self.tokens.close(address.id)
        return refused("token_expired") if reply is None else _receipt(reply)

    def _body(self, page: PostPage | EditPage, address: Address) -> Mapping[str, Any]:
        if page.consent:
            return message(page.text, choice(page.consent, address))
        return message(page.text, rows(BUTTONS[page.stage] if self._buttons else None, address))


def _sent(reply: Reply, channel: str) -> Receipt:
    return _receipt(reply, Ref("", channel))


def _receipt(reply: Reply, where: Ref = Ref("")) -> Receipt:
    """What came of a call, by which the message stands there."""
    match reply:
        case Answer():
            return Sent(str(where._replace(id=reply.id))) if reply.id else Sent()
        case Refused("unknown_message"):
            return Ended("gone")
        case _:
            return reply
