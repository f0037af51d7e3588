"""OpenAI's chat completions, as far as an assistant can be one: what is asked, and what is told.

Pure. Fields that we do not know are passed over, as clients send many; of the roles, `developer` is
`system`, and what tools said to another model is left out.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.answers import Finished, Logged, Restarted, TextDelta
from aizuchi.attachments import picture_type
from aizuchi.events import Attachment, HttpResponse, Spoken, attachment
from aizuchi.recall import tokens_of
from aizuchi.surfaces.web.files import data_in
from aizuchi.words import Language, say

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
LEFT_OUT = ("tool", "function")
TEXTS, IMAGES = ("text", "input_text", "output_text"), ("image_url", "input_image")
LIMITS = ("too_fast", "day_used", "tokens_used", "full")
NO_RETRY = ((b"x-should-retry", b"false"),)
"""What the official clients go by: we have tried again already where that helps."""

STATUSES = {
    "not_allowed": (403, "permission_denied"),
    "model_rate_limited": (429, "rate_limit_exceeded"),
    "content_filtered": (400, "content_filter"),
    "context_overflow": (400, "context_length_exceeded"),
}
KINDS = {429: "requests", 504: "server_error", 502: "server_error"}


class Unfit(Exception):
    """The request is not what a completion needs; `param` is the field, as OpenAI names it."""

    def __init__(self, what: str, param: str) -> None:
        super().__init__(what)
        self.what, self.param = what, param


class Asked(NamedTuple):
    """A request for a completion: the caller's lines, the last of the user's, and how to tell.
    Each image belongs to one of the lines."""

    model: str
    lines: tuple[Spoken, ...]
    question: str
    stream: bool = False
    usage: bool = False
    images: tuple[Attachment, ...] = ()


class Failure(NamedTuple):
    """Why there is no completion, as a status and OpenAI's code for it."""

    status: int
    code: str
    said: str


class Completed(NamedTuple):
    """A whole completion."""

    text: str
    reason: str = "stop"


def asked_of(body: Mapping[str, Any]) -> Asked:
    """What is asked; raises Unfit."""
    model, messages = body.get("model"), body.get("messages")
    if not isinstance(model, str) or not model.strip():
        raise Unfit("you must provide a model parameter", "model")
    if not isinstance(messages, list) or not messages:
        raise Unfit("it has to be a list with a message of the user in it", "messages")
    found = [_line(one, f"messages[{n}]") for n, one in enumerate(messages)]
    given = [line for line in found if line.text or line.images]
    asking = next((line for line in reversed(given) if line.role == "user"), Line("user"))
    if not (asking.text.strip() or asking.images):
        raise Unfit("there is no message of the user with a text in it", "messages")
    options = body.get("stream_options")
    return Asked(
        model.strip(),
        tuple(Spoken(line.role, line.text) for line in given),
        asking.text,
        body.get("stream") is True,
        isinstance(options, dict) and options.get("include_usage") is True,
        tuple(image._replace(line=n) for n, line in enumerate(given) for image in line.images),
    )


class Line(NamedTuple):
    """A message of the caller's."""

    role: str
    text: str = ""
    images: tuple[Attachment, ...] = ()


def _line(message: Any, param: str) -> Line:
    role = message.get("role") if isinstance(message, dict) else None
    if role in LEFT_OUT:
        return Line(role)
    if role not in ROLES:
        raise Unfit("it has no role that I know", f"{param}.role")
    parts = _parts(message.get("content"), f"{param}.content")
    images = tuple(part for part in parts if isinstance(part, Attachment))
    if images and role != "user":
        raise Unfit("only a message of the user may hold an image", f"{param}.content")
    return Line(ROLES[role], "\n".join(part for part in parts if isinstance(part, str)), images)


def _parts(content: Any, param: str) -> Sequence[str | Attachment]:
    match content:
        case None:
            return ()
        case str():
            return (content,)
        case list():
            return [_part(part, f"{param}[{n}]") for n, part in enumerate(content)]
        case _:
            raise Unfit("it is neither a text nor a list of parts", param)


def _part(part: Any, param: str) -> str | Attachment:
    match part:
        case str():
            return part
        case {"type": kind, "text": str(text)} if kind in TEXTS:
            return str(text)
        case {"type": kind, "image_url": {"url": str(url)} | str(url)} if kind in IMAGES:
            return _image(url, f"{param}.image_url")
        case {"type": str(kind)}:
            raise Unfit(f"I cannot read a part of the type {kind[:40]!r}, only text", param)
        case _:
            raise Unfit("it is no part of a message", param)


def _image(url: str, param: str) -> Attachment:
    """An image that is there itself: none is fetched from anywhere."""
    data = data_in(url)
    if data is None:
        raise Unfit("I fetch no images: send it as a data: URL, in base64", param)
    if not (kind := picture_type(data.content)):
        raise Unfit("it is none of PNG, JPEG, GIF and WebP", param)
    return attachment("image", kind, content=data.content)


# ── what is told ──────────────────────────────────────────────────────────────


def outcome_of(finished: Finished, language: Language) -> Completed | Failure:
    """How an answer ended, as a completion or as the reason why there is none."""
    text = finished.text or finished.said
    if finished.outcome in ("answered", "asks"):
        return Completed(text, "length" if finished.code == "token_limit" else "stop")
    if finished.outcome == "timed_out":
        return Failure(504, "timeout", finished.said)
    if finished.code in LIMITS:
        return Failure(429, "rate_limit_exceeded", finished.said)
    status, code = STATUSES.get(finished.code, (502, finished.code or finished.outcome))
    return Failure(status, code, finished.said or say("stopped", language))


def refusal(failure: Failure, param: str | None = None) -> HttpResponse:
    """A failure as a response of its own."""
    return HttpResponse(
        failure.status, _json(error_of(failure, param)), "application/json", NO_RETRY
    )


def error_of(failure: Failure, param: str | None = None) -> Mapping[str, Any]:
    kind = KINDS.get(failure.status, "invalid_request_error")
    return {"error": {"message": failure.said, "type": kind, "param": param, "code": failure.code}}


class Form(NamedTuple):
    """What every piece of one completion carries."""

    id: str
    created: int
    asked: Asked

    def whole(self, completed: Completed) -> HttpResponse:
        message = {"role": "assistant", "content": completed.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": completed.reason}
        usage = {"usage": self._usage(completed.text)}
        body = {**self._head("chat.completion"), "choices": [{**choice, "logprobs": None}], **usage}
        return HttpResponse(200, _json(body), "application/json")

    def begin(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def piece(self, text: str) -> bytes:
        return self._chunk({"content": text}) if text else b""

    def end(self, completed: Completed) -> bytes:
        last = self._chunk({}, completed.reason)
        if self.asked.usage:
            used = {"choices": [], "usage": self._usage(completed.text)}
            last += _event({**self._head("chat.completion.chunk"), **used})
        return last + DONE

    def _chunk(self, delta: Mapping[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return _event({**self._head("chat.completion.chunk"), "choices": [choice]})

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self.id}",
            "object": kind,
            "created": self.created,
            "model": self.asked.model,
        }

    def _usage(self, text: str) -> Mapping[str, int]:
        """By our estimate: what the model itself counts holds our own words too."""
        prompt, completion = tokens_of(*(line.text for line in self.asked.lines)), tokens_of(text)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }


class Telling:
    """An answer on its way to a client that cannot take anything back.

    Where the answer begins again after something was told, the rest waits for the end: it is told
    if it goes on from there, and otherwise a failure, never a mixture.
    """

    def __init__(self, form: Form, language: Language) -> None:
        self._form, self._language = form, language
        self._told = ""
        self._waits = False

    def feed(self, lines: Sequence[Logged]) -> tuple[bytes, Failure | None, bool]:
        """What to tell next, why nothing more can be told, and whether that was all."""
        data = b""
        for line in lines:
            match line.entry:
                case TextDelta(text) if not self._waits:
                    self._told += text
                    data += self._form.piece(text)
                case Restarted():
                    self._waits = bool(self._told)
                case Finished() as finished:
                    last, failure = self._end(finished)
                    return data + last, failure, True
                case _:
                    pass
        return data, None, False

    def _end(self, finished: Finished) -> tuple[bytes, Failure | None]:
        outcome = outcome_of(finished, self._language)
        if isinstance(outcome, Failure):
            return b"", outcome
        if not outcome.text.startswith(self._told):
            return b"", Failure(502, "began_again", say("began_again", self._language))
        rest = self._form.piece(outcome.text[len(self._told) :])
        return rest + self._form.end(outcome), None


def failed(failure: Failure) -> bytes:
    """A failure in the middle of a stream, as the official clients raise it."""
    return _event(error_of(failure)) + DONE


def models_of(names: Sequence[str]) -> Mapping[str, Any]:
    return {"object": "list", "data": [model_of(name) for name in names]}


def model_of(name: str) -> Mapping[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "aizuchi"}


DONE = b"data: [DONE]\n\n"


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + _json(value) + b"\n\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
