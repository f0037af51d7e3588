"""Which error of ours an endpoint's refusal is. Its own words go into `detail`, nowhere else."""

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from aizuchi.errors import (
    ContentFiltered,
    ContextOverflow,
    ModelError,
    ModelKeyRefused,
    ModelNotFound,
    ModelRateLimited,
    ModelRequestRefused,
    ModelUnavailable,
    PicturesRefused,
)

DETAIL_CHARS = 500
LONGEST_WAIT_S = 86_400.0

# What endpoints say when a prompt is too long: OpenAI, Azure, llama.cpp, vLLM, Ollama, LM Studio,
# Anthropic, Gemini, xAI, Bedrock, Mistral, TGI, Kimi, as seen in their sources and issue trackers.
TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context[ _](length|size|window)"
    r"|max(imum)? (context|prompt|sequence|model) length|max_model_len|model_max_length"
    r"|prompt is too long|prompt too long|input is too long|too many tokens|model token limit"
    r"|reduce (the length of|your prompt)|input token count|max_new_tokens`? must be <="
)
FILTERED = re.compile(
    r"content_?filter|content_policy|content management policy|responsibleaipolicy"
    r"|data_inspection_failed|content exists risk|moderation|was flagged"
)
NO_SUCH_MODEL = re.compile(
    r"model_not_found|model_not_exist|invalid_model|unknown model"
    r"|model[^.]{0,80}(does not exist|not found)"
)
# What models that cannot see say of pictures: llama.cpp, vLLM, Ollama, OpenRouter, Groq, DeepSeek.
OF_PICTURES = re.compile(r"image|multi-?modal|vision|mmproj|content must be a string")
TOO_MANY = re.compile(r"rate.?limit|too many requests|insufficient_quota|insufficient balance")
BAD_KEY = re.compile(r"invalid.api.key|incorrect api key|authentication|unauthorized")


class Names(NamedTuple):
    """What the settings of an endpoint are called where a mend names them."""

    section: str = "[model]"
    url: str = "OPENAI_BASE_URL"
    key: str = "OPENAI_API_KEY"
    name: str = "AIZUCHI_MODEL"


def names_in(section: str) -> Names:
    """The names in a section; those of `[model]` can also be set by variables of their own."""
    if section == "model":
        return Names()
    keys = (f"[{section}] {key}" for key in ("base_url", "api_key", "name"))
    return Names(f"[{section}]", *keys)


class Endpoint(NamedTuple):
    """Whom we ask, as it may be shown: an address without secrets, and the model's name."""

    address: str
    model: str
    keyed: bool
    names: Names = Names()


def of_status(
    endpoint: Endpoint, status: int, headers: Mapping[str, str], body: bytes, *, now: float
) -> ModelError:
    """The error for an answer that is none. `now`: seconds since the epoch."""
    said = body.decode("utf-8", "replace")
    kind = _kind(status, said.lower())
    wait_s = retry_after_s(headers, now) if kind in (ModelRateLimited, ModelUnavailable) else None
    detail = f"HTTP {status}: {said}"[:DETAIL_CHARS]
    return kind(_told(kind, endpoint, f"HTTP {status}"), detail=detail, retry_after_s=wait_s)


def of_pictures(endpoint: Endpoint, status: int, error: ModelError) -> ModelError:
    """The same error, unless the pictures in the request may be why: the request was not taken as
    it is or as large as it is, or the refusal names them."""
    named = status in (404, 500, 501) and OF_PICTURES.search(error.detail.lower())
    if not (named or status == 413 or isinstance(error, ModelRequestRefused)):
        return error
    return told(PicturesRefused, endpoint, "“{model}” at {address} took no pictures.", error.detail)


def of_event(endpoint: Endpoint, error: object) -> ModelError:
    """The error for an error that came in the middle of a stream."""
    said = str(error)
    kind = _kind(_status_in(error, said.lower()), said.lower())
    what = _told(kind, endpoint, "an error in the stream")
    return kind(what, detail=f"in the stream: {said}"[:DETAIL_CHARS])


def told(kind: type[ModelError], endpoint: Endpoint, what: str, detail: str = "") -> ModelError:
    """An error of this kind; `what` may name `{address}` and `{model}`, and the settings by the
    fields of `Names`."""
    return kind(_filled(what, endpoint), detail=detail[:DETAIL_CHARS])


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """How long an endpoint asks to wait: `retry-after-ms`, or Retry-After in either form."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return _bounded(milliseconds / 1000)
    value = headers.get("retry-after")
    if (seconds := _number(value)) is not None:
        return _bounded(seconds)
    try:
        return _bounded(parsedate_to_datetime(value or "").timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _kind(status: int, said: str) -> type[ModelError]:
    """The kind of a refusal, by its status and, where that is vague, by its words."""
    if status == 413 or (status in (400, 422, 500) and TOO_LONG.search(said)):
        return ContextOverflow
    if status in (400, 403, 422) and FILTERED.search(said):
        return ContentFiltered
    if status in (400, 422) and NO_SUCH_MODEL.search(said):
        return ModelNotFound
    if 300 <= status < 400:
        return ModelNotFound
    return _KINDS.get(status) or (ModelRequestRefused if status < 500 else ModelUnavailable)


def _status_in(error: object, said: str) -> int:
    code = error.get("code") if isinstance(error, Mapping) else None
    number = _number(str(code))
    if number is not None and 400 <= number < 600:
        return int(number)
    if TOO_LONG.search(said) or FILTERED.search(said):
        return 400
    if TOO_MANY.search(said):
        return 429
    return 401 if BAD_KEY.search(said) else 500


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT_S)


def _told(kind: type[ModelError], endpoint: Endpoint, how: str) -> str:
    line = _LINES[kind]
    if kind is ModelKeyRefused and not endpoint.keyed:
        line = "{address} wants a key and none is set ({how}). Set {key}."
    if how.startswith("HTTP 3"):
        line = (
            "{address} sends us to another address ({how}), where we do not carry the key. "
            "Set {url} to the address that answers itself."
        )
    return _filled(line, endpoint, how)


def _filled(line: str, endpoint: Endpoint, how: str = "") -> str:
    names = endpoint.names._asdict()
    return line.format(address=endpoint.address, model=endpoint.model, how=how, **names)


_KINDS: dict[int, type[ModelError]] = {
    401: ModelKeyRefused,
    402: ModelRateLimited,
    403: ModelKeyRefused,
    404: ModelNotFound,
    405: ModelNotFound,
    408: ModelUnavailable,
    409: ModelUnavailable,
    410: ModelNotFound,
    425: ModelUnavailable,
    429: ModelRateLimited,
}

_LINES: dict[type[ModelError], str] = {
    ModelKeyRefused: "{address} refused the key ({how}). Check {key} and its rights.",
    ModelNotFound: "{address} has no model “{model}” ({how}). "
    "Check {name}, and that {url} ends in /v1.",
    ModelRequestRefused: "{address} did not accept a request for “{model}” ({how}). "
    "Its own words are in the log: check the model's name, temperature and max_tokens.",
    ModelRateLimited: "{address} takes no more requests for now ({how}). "
    "Wait, or check the account's limits and credit.",
    ModelUnavailable: "{address} is in trouble ({how}). Wait, or check its status page.",
    ContextOverflow: "The conversation is longer than “{model}” can read ({how}). "
    "Lower [memory] turns, or choose a model that reads more.",
    ContentFiltered: "The filter of {address} stopped the answer of “{model}” ({how}). "
    "Ask in other words.",
}
