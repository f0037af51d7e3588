"""Whether OpenAI would take a request for a completion; if not, the 400 that it would send."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from aizuchi.simulator.model.contents import bad_parts, images_in
from aizuchi.simulator.model.refusals import Refusal, invalid
from aizuchi.simulator.model.tools import bad_order, bad_tools

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
KNOWN = frozenset(
    (
        *("model", "messages", "stream", "stream_options", "store", "metadata", "user", "seed"),
        *("temperature", "top_p", "n", "stop", "max_tokens", "max_completion_tokens"),
        *("frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "top_logprobs"),
        *("tools", "tool_choice", "parallel_tool_calls", "functions", "function_call"),
        *("response_format", "modalities", "audio", "prediction", "reasoning_effort", "verbosity"),
        *("service_tier", "safety_identifier", "prompt_cache_key", "web_search_options"),
    )
)


class Kind(NamedTuple):
    """A type as Python has it and as OpenAI names it, with the bounds of a number."""

    types: tuple[type, ...]
    name: str
    least: float | None = None
    most: float | None = None


TYPES: Mapping[str, Kind] = {
    "model": Kind((str,), "a string"),
    "messages": Kind((list,), "an array of objects"),
    "stream": Kind((bool,), "a boolean"),
    "stream_options": Kind((dict,), "an object"),
    "temperature": Kind((int, float), "a decimal", 0, 2),
    "top_p": Kind((int, float), "a decimal", 0, 1),
    "max_tokens": Kind((int,), "an integer", 1),
    "max_completion_tokens": Kind((int,), "an integer", 1),
    "n": Kind((int,), "an integer", 1, 128),
}


class Asked(NamedTuple):
    """A request that is in order."""

    model: str
    messages: list[dict[str, Any]]
    streams: bool
    wants_usage: bool
    names_options: bool
    tools: frozenset[str] = frozenset()

    @property
    def is_answered(self) -> bool:
        """Whether what was asked last is what tools have returned."""
        said = [one["role"] for one in self.messages if one["role"] != "system"]
        return bool(said) and said[-1] == "tool"

    @property
    def question(self) -> str:
        """The text of the last message of a user."""
        said = [one for one in self.messages if one["role"] == "user"]
        return text_of(said[-1]["content"]) if said else ""

    @property
    def images(self) -> list[str]:
        """The addresses of all images that it is shown."""
        return [url for one in self.messages for url in images_in(one.get("content"))]

    @property
    def words(self) -> int:
        """How many words the prompt has."""
        return sum(len(text_of(one.get("content")).split()) for one in self.messages)


def check(body: bytes) -> Asked | Refusal:
    """The request, or how it is refused."""
    try:
        given = json.loads(body)
    except ValueError:
        return invalid("We could not parse the JSON body of your request.")
    if not isinstance(given, dict):
        return invalid("Invalid type for the body: expected an object.", code="invalid_type")
    return (
        _missing(given)
        or _unfit(given)
        or _bad_messages(given["messages"])
        or bad_tools(given)
        or bad_order(given["messages"])
        or _asked(given)
    )


def text_of(content: object) -> str:
    """The text of a message, which may come in parts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content if isinstance(content, str) else ""


def _asked(given: dict[str, Any]) -> Asked:
    options = given.get("stream_options") or {}
    wants_usage = bool(options.get("include_usage"))
    streams = bool(given.get("stream"))
    may_call = given.get("tool_choice") != "none"
    tools = given.get("tools") or () if may_call else ()
    names = frozenset(tool["function"]["name"] for tool in tools)
    return Asked(given["model"], given["messages"], streams, wants_usage, bool(options), names)


def _missing(given: dict[str, Any]) -> Refusal | None:
    if "model" not in given or given["model"] == "":
        return invalid("you must provide a model parameter")
    if "messages" not in given:
        message = "Missing required parameter: 'messages'."
        return invalid(message, param="messages", code="missing_required_parameter")
    if given.get("stream_options") and not given.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        return invalid(message, param="stream_options")
    return None


def _unfit(given: dict[str, Any]) -> Refusal | None:
    for name, value in given.items():
        if name not in KNOWN:
            message = f"Unrecognized request argument supplied: {name}"
            return invalid(message, param=name, code="unknown_parameter")
        kind = TYPES.get(name)
        if kind and value is not None and (refusal := _unfit_value(name, value, kind)):
            return refusal
    return None


def _unfit_value(name: str, value: object, kind: Kind) -> Refusal | None:
    if not isinstance(value, kind.types) or (isinstance(value, bool) and bool not in kind.types):
        return _wrong_type(name, value, kind.name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        too_small = kind.least is not None and value < kind.least
        if too_small or (kind.most is not None and value > kind.most):
            bound = f"a value >= {kind.least:g}" if too_small else f"a value <= {kind.most:g}"
            message = f"Invalid '{name}': expected {bound}, but got {value} instead."
            return invalid(message, param=name, code="invalid_value")
    return None


def _bad_messages(messages: list[Any]) -> Refusal | None:
    if not messages:
        message = "Invalid 'messages': empty array. Expected an array with minimum length 1."
        return invalid(message, param="messages", code="empty_array")
    found = (_bad_message(f"messages[{index}]", one) for index, one in enumerate(messages))
    return next((refusal for refusal in found if refusal), None)


def _bad_message(place: str, one: object) -> Refusal | None:
    if not isinstance(one, dict):
        return _wrong_type(place, one, "an object")
    if "role" not in one:
        message = f"Missing required parameter: '{place}.role'."
        return invalid(message, param=f"{place}.role", code="missing_required_parameter")
    if one["role"] not in ROLES:
        supported = ", ".join(f"'{role}'" for role in ROLES)
        message = f"Invalid value: '{one['role']}'. Supported values are: {supported}."
        return invalid(message, param=f"{place}.role", code="invalid_value")
    return _bad_content(f"{place}.content", one)


def _bad_content(place: str, one: dict[str, Any]) -> Refusal | None:
    content = one.get("content")
    if content is None and one["role"] != "assistant":
        return _wrong_type(place, content, "one of a string or array of objects")
    in_parts = isinstance(content, list) and all(isinstance(part, dict) for part in content)
    if content is not None and not in_parts and not isinstance(content, str):
        return _wrong_type(place, content, "one of a string or array of objects")
    return bad_parts(place, one["role"], content) if isinstance(content, list) else None


def _wrong_type(name: str, value: object, wanted: str) -> Refusal:
    got = type(value).__name__
    message = f"Invalid type for '{name}': expected {wanted}, but got {got} instead."
    return invalid(message, param=name, code="invalid_type")
