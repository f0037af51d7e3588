"""Tools as the fake model has them: whether a request's are in order, and what it calls. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.simulator.model.refusals import Refusal, invalid

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ORDER = re.compile(r"^use ([\w-]+)(?: with (.*))?$", re.MULTILINE | re.IGNORECASE)
PIECE_CHARS = 7


class Order(NamedTuple):
    """A tool to be called with these arguments, which are sent as they stand."""

    name: str
    arguments: str = "{}"


def orders_in(text: str) -> list[Order]:
    """The tools that a text says to use, a line each: `use weather with {"city": "Kyoto"}`."""
    return [Order(name, arguments or "{}") for name, arguments in ORDER.findall(text)]


# ── what is sent ──────────────────────────────────────────────────────────────


def deltas(orders: Sequence[Order], call: int, form: str) -> Iterator[dict[str, Any]]:
    """The calls as the deltas of chunks: in `pieces` as OpenAI sends them, each `whole`, or `bare`:
    whole with neither ids nor an index that tells them apart."""
    for place, order in enumerate(orders):
        given = f"call_{call}_{place}"
        match form:
            case "pieces":
                yield from _pieces(place, given, order)
            case "whole":
                yield {"tool_calls": [_call(order, {"id": given})]}
            case _:
                yield {"tool_calls": [_call(order, {"id": "", "index": 0})]}


def whole_calls(orders: Sequence[Order], call: int) -> list[dict[str, Any]]:
    """The calls as a completion that is not streamed has them."""
    return [_call(order, {"id": f"call_{call}_{n}"}) for n, order in enumerate(orders)]


def _call(order: Order, head: Mapping[str, Any]) -> dict[str, Any]:
    return {**head, "type": "function", "function": order._asdict()}


def _pieces(place: int, given: str, order: Order) -> Iterator[dict[str, Any]]:
    """The id and the name come once, the arguments bit by bit."""
    begin = {"index": place, "id": given, "type": "function"}
    yield {"tool_calls": [{**begin, "function": {"name": order.name, "arguments": ""}}]}
    for at in range(0, len(order.arguments), PIECE_CHARS):
        piece = {"arguments": order.arguments[at : at + PIECE_CHARS]}
        yield {"tool_calls": [{"index": place, "function": piece}]}


# ── what is asked ─────────────────────────────────────────────────────────────


def bad_tools(given: Mapping[str, Any]) -> Refusal | None:
    """How OpenAI refuses tools that are none."""
    tools = given.get("tools")
    if tools is None:
        if given.get("tool_choice") is not None:
            return _invalid("tool_choice", "'tool_choice' is only allowed when 'tools' are given.")
        return None
    if not isinstance(tools, list) or not tools:
        return _invalid("tools", "Invalid 'tools': expected an array with minimum length 1.")
    found = (_bad_tool(f"tools[{n}]", tool) for n, tool in enumerate(tools))
    return next((refusal for refusal in found if refusal), None)


def _bad_tool(place: str, tool: Any) -> Refusal | None:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or tool.get("type") != "function":
        return _invalid(place, f"Invalid '{place}': expected a function.")
    if not isinstance(function.get("name"), str) or not NAME.fullmatch(function["name"]):
        return _invalid(
            place, f"Invalid '{place}.function.name': expected a string matching {NAME.pattern}."
        )
    parameters = function.get("parameters", {"type": "object"})
    if not isinstance(parameters, dict) or parameters.get("type") != "object":
        return _invalid(place, f"Invalid schema for function '{function['name']}'.")
    return None


def bad_order(messages: Sequence[Mapping[str, Any]]) -> Refusal | None:
    """How OpenAI refuses calls that are not answered, and answers to no call."""
    open_ids: list[str] = []
    for n, message in enumerate(messages):
        if message["role"] == "tool":
            if message.get("tool_call_id") not in open_ids:
                return _invalid(
                    f"messages[{n}]",
                    "Messages with role 'tool' must be a response to a preceeding message "
                    "with 'tool_calls'.",
                )
            open_ids.remove(message["tool_call_id"])
            continue
        if open_ids:
            return _unanswered(open_ids)
        calls = message.get("tool_calls")
        if calls is not None and (refusal := _bad_calls(f"messages[{n}]", message["role"], calls)):
            return refusal
        open_ids = [each["id"] for each in calls or ()]
    return _unanswered(open_ids) if open_ids else None


def _bad_calls(place: str, role: str, calls: Any) -> Refusal | None:
    good = role == "assistant" and isinstance(calls, list) and calls and all(map(_is_call, calls))
    ids = [each["id"] for each in calls] if good else []
    if good and len(set(ids)) == len(ids):
        return None
    return _invalid(f"{place}.tool_calls", f"Invalid '{place}.tool_calls'.")


def _is_call(call: Any) -> bool:
    function = call.get("function") if isinstance(call, dict) and call.get("id") else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        return False
    return _is_object(function.get("arguments"))


def _is_object(text: Any) -> bool:
    """OpenAI does not look; Anthropic's and others' gateways refuse what is none."""
    try:
        return isinstance(json.loads(text), dict)
    except (TypeError, ValueError):
        return False


def _unanswered(ids: Sequence[str]) -> Refusal:
    return _invalid(
        "messages",
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        f"each 'tool_call_id'. The following did not have response messages: {', '.join(ids)}",
    )


def _invalid(place: str, message: str) -> Refusal:
    return invalid(message, param=place, code="invalid_value")
