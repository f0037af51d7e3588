"""The assistant as an OpenAI-compatible endpoint: the caller brings the history, and keeps it.

The keys are the tokens of the web. Whoever leaves stops their answer, as nobody could come back for
it.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from contextlib import aclosing

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from aizuchi.answers import Finished
from aizuchi.edge import API, read_object, refuse
from aizuchi.errors import BadJson, StoreError
from aizuchi.events import HttpRequest, HttpResponse, Message, Place, Sender, Signal
from aizuchi.ports import AnswerLog, Inbox
from aizuchi.surfaces.web import completions
from aizuchi.surfaces.web.auth import SECURITY_HEADERS, Gate, language_of
from aizuchi.surfaces.web.calls import Endpoint, head_of, json_answer, respond, whole
from aizuchi.surfaces.web.completions import Asked, Failure, Form, Telling, Unfit
from aizuchi.surfaces.web.files import keyed
from aizuchi.surfaces.web.inbound import NAME
from aizuchi.surfaces.web.stream import Line, Listeners, beat, body_of, left
from aizuchi.surfaces.web.tail import HEADERS
from aizuchi.surfaces.web.wording import line
from aizuchi.words import Language
from aizuchi.words import language_of as language_of_text

OWN_MODEL = "aizuchi"
BEGIN_WITHIN_S = 5.0
"""Until then a failure can still be a status; proxies wait longer for a response to begin."""
CODES = {401: "invalid_api_key", 403: "permission_denied", 404: "not_found", 413: "too_large"}
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [*HEADERS, *SECURITY_HEADERS],
}


class Facade:
    """`/v1`: models and chat completions, answered as the person whose token the key is."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        log: AnswerLog,
        gate: Gate,
        clock: Callable[[], float],
        listeners: Listeners,
        models: Sequence[str] = (),
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._inbox, self._log, self._gate, self._clock = inbox, log, gate, clock
        self._listeners, self._new_id = listeners, new_id
        self._models = (OWN_MODEL, *models)

    def routes(self) -> list[Route]:
        return [
            Route("/v1/models", Endpoint(self._list), methods=["GET"]),
            Route("/v1/models/{id:path}", Endpoint(self._one), methods=["GET"]),
            Route("/v1/chat/completions", Endpoint(self._complete), methods=["POST"]),
            Route("/v1/{rest:path}", Endpoint(self._nothing)),
        ]

    async def _list(self, request: Request) -> ASGIApp:
        person = self._enter(head_of(request))
        listed = json_answer(completions.models_of(self._models))
        return respond(person if isinstance(person, HttpResponse) else listed)

    async def _one(self, request: Request) -> ASGIApp:
        person, name = self._enter(head_of(request)), request.path_params["id"]
        if isinstance(person, HttpResponse):
            return respond(person)
        if name not in self._models:
            return respond(_refused(404, "model_not_found", request, "no_page"))
        return respond(json_answer(completions.model_of(name)))

    async def _nothing(self, request: Request) -> ASGIApp:
        person = self._enter(head_of(request))
        missing = _refused(404, "not_found", request, "no_page")
        return respond(person if isinstance(person, HttpResponse) else missing)

    async def _complete(self, request: Request) -> ASGIApp:
        person = self._enter(head_of(request))
        if isinstance(person, HttpResponse):
            return respond(person)
        got = await whole(head_of(request), request)
        try:
            return await self._answer(got, person)
        except Unfit as unfit:
            failure = Failure(400, "invalid_value", f"{unfit.param}: {unfit.what}.")
            return respond(completions.refusal(failure, unfit.param))
        except BadJson as error:
            said = line("not_json", language_of(got), what=error.what)
            return respond(completions.refusal(Failure(400, "invalid_json", said)))
        except StoreError:
            said = line("store", language_of(got))
            return respond(completions.refusal(Failure(503, "store", said)))

    def _enter(self, head: HttpRequest) -> str | HttpResponse:
        """The person; or what the gate answers, in OpenAI's shape."""
        person = self._gate.enter(head)
        return _shaped(person) if isinstance(person, HttpResponse) else person

    async def _answer(self, got: HttpRequest, person: str) -> ASGIApp:
        if refused := refuse(got, API):
            return respond(_shaped(refused))
        asked = completions.asked_of(read_object(got.body))
        message = self._message(got, person, asked)
        await self._inbox.accept((message,), ())
        form = Form(message.turn_id, int(self._clock()), asked)
        language = language_of_text(asked.question, message.locale)
        return _Completion(self._log, self._inbox, message, form, language, self._listeners)

    def _message(self, got: HttpRequest, person: str, asked: Asked) -> Message:
        turn_id = self._turn_id(got, person)
        conversation = f"{NAME}:v1:{turn_id}:{person}"
        return Message(
            turn_id=turn_id,
            surface=NAME,
            tenant=NAME,
            conversation=conversation,
            place=Place(conversation, "private"),
            sender=Sender(person, person),
            text=asked.question,
            locale=language_of(got),
            via=asked.model,
            history=asked.lines,
            attachments=keyed(asked.images, turn_id),
        )

    def _turn_id(self, got: HttpRequest, person: str) -> str:
        """A new one for every request, unless the client says that it is the same."""
        key = got.header(b"idempotency-key")
        same = hashlib.sha256(key + b"\0" + person.encode()).hexdigest()[:32] if key else ""
        return f"v{same or self._new_id()}"


class _Completion:
    """The response that tells one answer, piece by piece or as a whole."""

    def __init__(
        self,
        log: AnswerLog,
        inbox: Inbox,
        message: Message,
        form: Form,
        language: Language,
        listeners: Listeners,
    ) -> None:
        self._log, self._inbox, self._message = log, inbox, message
        self._form, self._language, self._listeners = form, language, listeners
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(send)
        telling = self._stream(line) if self._form.asked.stream else self._whole(scope, line, send)
        async with asyncio.TaskGroup() as group:
            main = group.create_task(telling)
            self._listeners.add(main)
            leaving = group.create_task(left(receive))
            others = [leaving]
            if self._form.asked.stream:
                others.append(group.create_task(self._live(line)))
            await asyncio.wait((main, *others), return_when=asyncio.FIRST_COMPLETED)
            is_told = main.done()
            for task in (main, *others):
                task.cancel()
        if not is_told:
            await self._stop()

    async def _stop(self) -> None:
        message = self._message
        stop = Signal("stop", message.conversation, message.sender.id, message.turn_id)
        await self._inbox.accept((), (stop,))

    async def _whole(self, scope: Scope, line: Line, send: Send) -> None:
        ended: Finished | None = None
        async for lines in self._log.follow(self._message.turn_id):
            ended = next((each.entry for each in lines if isinstance(each.entry, Finished)), ended)
        outcome = completions.outcome_of(ended, self._language) if ended else _gone(self._language)
        if isinstance(outcome, Failure):
            answer = completions.refusal(outcome)
        else:
            answer = self._form.whole(outcome)
        await respond(answer)(scope, _nothing_more, send)

    async def _stream(self, line: Line) -> None:
        telling = Telling(self._form, self._language)
        groups = self._log.follow(self._message.turn_id)
        async with aclosing(groups):  # type: ignore[type-var]  # every engine's is a generator
            async for lines in groups:
                data, failure, is_over = telling.feed(lines)
                if data:
                    await self._begin(line)
                    await line.say(body_of(data))
                if failure:
                    await self._fail(failure, line)
                    return
                if is_over:
                    await line.say(body_of(b"", more=False))
                    return
        await self._fail(_gone(self._language), line)

    async def _live(self, line: Line) -> None:
        """Begins the response where the answer takes its time, and gives signs of life."""
        await asyncio.sleep(BEGIN_WITHIN_S)
        await self._begin(line)
        await beat(line)

    async def _begin(self, line: Line) -> None:
        if not self._begun:
            self._begun = True
            await line.say(START)
            await line.say(body_of(self._form.begin()))

    async def _fail(self, failure: Failure, line: Line) -> None:
        """As a status where the response has not begun, else as an event of the stream."""
        if self._begun:
            await line.say(body_of(completions.failed(failure), more=False))
            return
        answer = completions.refusal(failure)
        self._begun = True
        kind = (b"content-type", answer.content_type.encode())
        headers = [kind, *answer.headers, *SECURITY_HEADERS]
        await line.say({**START, "status": answer.status, "headers": headers})
        await line.say(body_of(answer.body, more=False))


def _gone(language: Language) -> Failure:
    return Failure(502, "gone", line("store_read", language))


def _refused(status: int, code: str, request: Request, word: str) -> HttpResponse:
    said = line(word, language_of(head_of(request)))
    return completions.refusal(Failure(status, code, said))


def _shaped(plain: HttpResponse) -> HttpResponse:
    """A plain refusal as OpenAI's clients read one."""
    code = CODES.get(plain.status, "invalid_request")
    shaped = completions.refusal(Failure(plain.status, code, plain.body.decode()))
    return shaped._replace(headers=(*shaped.headers, *plain.headers))


async def _nothing_more() -> dict[str, str]:
    return {"type": "http.disconnect"}
