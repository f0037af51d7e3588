"""What a person may ask of their chats, over whatever connection: to answer, to tell the rest."""

from collections.abc import Callable, Sequence

from aizuchi.answers import BEGINNING, Logged, Position
from aizuchi.errors import StoreError
from aizuchi.events import Event, HttpRequest, HttpResponse, Tail
from aizuchi.history import Said
from aizuchi.ports import AnswerLog, Chats, Inbox
from aizuchi.surfaces.web import inbound
from aizuchi.surfaces.web.auth import language_of
from aizuchi.surfaces.web.calls import Call
from aizuchi.surfaces.web.frames import Ask, Resume
from aizuchi.surfaces.web.stream import Followed
from aizuchi.words import language_of as language_of_text

NOTHING_RUNS = HttpResponse(204)


class Asking:
    """Gives the answers to follow, or the answer to who gets none."""

    def __init__(
        self,
        inbox: Inbox,
        log: AnswerLog,
        chats: Chats,
        surface: inbound.WebSurface,
        clock: Callable[[], float],
    ) -> None:
        self._inbox, self._log, self._chats = inbox, log, chats
        self._surface, self._clock = surface, clock

    async def take(
        self, frame: Ask | Resume, asked: HttpRequest, person: str
    ) -> Sequence[Followed] | HttpResponse:
        """What a frame of a socket asks, which was opened by this request."""
        call = Call(asked, person, frame.chat if isinstance(frame, Resume) else "")
        if isinstance(frame, Ask):
            event = inbound.event_of(person, frame.body, language_of(asked))
            if isinstance(event, HttpResponse):
                return event
            return await self.send(call._replace(chat=event.body["chat"]), event)
        if not inbound.is_chat_id(frame.chat):
            return call.say(400, "bad_field", field="id")
        try:
            return await self.resume(call)
        except StoreError:
            return call.say(503, "store_read")

    async def send(self, call: Call, event: Event) -> Sequence[Followed] | HttpResponse:
        """Stores a message, whose answer is then to be followed; a known one is followed, or told
        again."""
        try:
            if await self._is_anothers(call):
                return call.say(404, "no_chat")
            if inbound.needs_history(event):
                event = inbound.with_history(event, await self.said(call) or ())
        except StoreError:
            return call.say(503, "store_read")
        return await self._accept(event)

    async def _accept(self, event: Event) -> Sequence[Followed] | HttpResponse:
        reception = self._surface.read(event, now=self._clock())
        try:
            await self._inbox.accept(reception.messages, reception.signals)
        except StoreError:
            return reception.refused
        assert isinstance(reception.accepted, Tail)
        language = language_of_text(event.body["text"], event.body["locale"])
        return [Followed(reception.accepted.turn_id, language)]

    async def resume(
        self, call: Call, seen: tuple[str, Position] | None = None
    ) -> Sequence[Followed] | HttpResponse:
        """The rest of an answer for whoever says what they have, else all that is under way."""
        said = await self.said(call)
        if said is None:
            return call.say(404, "no_chat") if await self._is_anothers(call) else NOTHING_RUNS
        running = [self._followed(call, one) for one in said if not one.outcome]
        return await self._rest(call, said, seen) or running or NOTHING_RUNS

    async def _rest(
        self, call: Call, said: Sequence[Said], seen: tuple[str, Position] | None
    ) -> Sequence[Followed]:
        turn_id, after = seen or ("", BEGINNING)
        for one in said:
            if one.turn_id == turn_id:
                return [self._followed(call, one, after, await self._log.read(turn_id))]
        return []

    def _followed(
        self, call: Call, one: Said, after: Position = BEGINNING, seen: Sequence[Logged] = ()
    ) -> Followed:
        language = language_of_text(one.question, language_of(call.request))
        return Followed(one.turn_id, language, after, seen, joined=True)

    async def said(self, call: Call) -> Sequence[Said] | None:
        """The exchanges of the person's chat; None where they have no such one."""
        if not inbound.is_chat_id(call.chat):
            return None
        return await self._chats.read(call.person_key, call.conversation)

    async def _is_anothers(self, call: Call) -> bool:
        owners = await self._chats.whose(inbound.chat_prefix(call.chat))
        return bool(owners) and call.person_key not in owners
