"""How endpoints refuse: status, headers and body, in their own forms, with the canary in all."""

import json
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, NamedTuple

CANARY = "CANARY-7f3a9c-never-show-this"

VENDORS = ("openai", "llamacpp", "vllm", "ollama")


class Refusal(NamedTuple):
    """A response that is no answer."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = {}

    @property
    def encoded(self) -> bytes:
        return json.dumps(self.body).encode()


def error_body(message: str, type_: str, code: str = "", param: str = "") -> dict[str, Any]:
    """OpenAI's form, with the canary in every field."""
    fields = {"message": message, "type": type_, "param": param, "code": code}
    return {"error": {name: f"{value} {CANARY}".strip() for name, value in fields.items()}}


def invalid(message: str, *, param: str = "", code: str = "") -> Refusal:
    """400 for a request that cannot be."""
    return Refusal(400, error_body(message, "invalid_request_error", code, param), HEADERS)


def of_status(status: int) -> Refusal:
    """What an endpoint says with this status."""
    message, type_, code = _BY_STATUS.get(status, _IN_TROUBLE)
    return Refusal(status, error_body(message, type_, code), HEADERS)


def named(fail: str) -> Refusal:
    """The refusal that a behaviour's `fail` means."""
    make = REFUSALS.get(fail)
    return make() if make else of_status(int(fail))


def too_long(vendor: str) -> Refusal:
    """A prompt beyond the model's context, as this server says it."""
    return REFUSALS[f"context_{vendor}"]()


def retry_headers(retry_after_s: float, form: str, now: float) -> dict[str, str]:
    """When to come back; `now` in seconds since the epoch. Nothing for a time below 0."""
    if retry_after_s < 0:
        return {}
    if form == "ms":
        return {"retry-after-ms": f"{retry_after_s * 1000:.0f}"}
    if form == "date":
        return {"retry-after": formatdate(now + retry_after_s, usegmt=True)}
    return {"retry-after": f"{retry_after_s:g}"}


HEADERS: Mapping[str, str] = {
    "x-request-id": f"req_{CANARY}",
    "openai-organization": CANARY,
    "www-authenticate": f'Bearer realm="{CANARY}"',
}

_IN_TROUBLE = ("The server had an error while processing your request.", "server_error", "")

_BY_STATUS: Mapping[int, tuple[str, str, str]] = {
    400: ("Unsupported value in the request.", "invalid_request_error", "unsupported_value"),
    401: ("Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
    403: ("You are not allowed to sample from this model.", "invalid_request_error", ""),
    404: ("The model does not exist.", "invalid_request_error", "model_not_found"),
    429: ("Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
    503: ("The engine is currently overloaded.", "service_unavailable_error", "overloaded"),
}


def _context_openai() -> Refusal:
    return invalid(
        "This model's maximum context length is 4096 tokens. However, your messages resulted in "
        "5000 tokens. Please reduce the length of the messages.",
        param="messages",
        code="context_length_exceeded",
    )


def _context_llamacpp() -> Refusal:
    error = {
        "code": 400,
        "message": f"the request exceeds the available context size, try increasing it {CANARY}",
        "type": f"exceed_context_size_error {CANARY}",
        "n_prompt_tokens": 5000,
        "n_ctx": 4096,
    }
    return Refusal(400, {"error": error}, HEADERS)


def _context_vllm() -> Refusal:
    message = (
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens "
        f"in the messages, Please reduce the length of the messages. {CANARY}"
    )
    body = {"object": "error", "message": message, "type": f"BadRequestError {CANARY}"}
    return Refusal(400, body | {"param": CANARY, "code": 400}, HEADERS)


def _context_ollama() -> Refusal:
    message = "the input length exceeds the context length"
    return Refusal(400, error_body(message, "invalid_request_error"), HEADERS)


def _filter_openai() -> Refusal:
    message = "Your request was rejected as a result of our safety system."
    return invalid(message, code="content_policy_violation")


def _filter_azure() -> Refusal:
    message = "The response was filtered due to the prompt triggering content management policy."
    inner = {"code": f"ResponsibleAIPolicyViolation {CANARY}", "content_filter_result": CANARY}
    body = error_body(message, "", "content_filter", "prompt")
    body["error"] |= {"status": 400, "innererror": inner}
    return Refusal(400, body, HEADERS)


REFUSALS: Mapping[str, Callable[[], Refusal]] = {
    "context_openai": _context_openai,
    "context_llamacpp": _context_llamacpp,
    "context_vllm": _context_vllm,
    "context_ollama": _context_ollama,
    "filter_openai": _filter_openai,
    "filter_azure": _filter_azure,
}
