"""What the fake model does with one request, from a model's name or from JSON."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from aizuchi.simulator.model.refusals import REFUSALS, VENDORS

PREFIX = "fake:"

End = Literal[
    "stop",
    "length",
    "content_filter",
    "cut",
    "silence",
    "pings",
    "error",
    "bad_json",
    "not_sse",
    "no_finish",
    "done_only",
]
Form = Literal["asked", "json", "html", "text"]
RetryForm = Literal["seconds", "date", "ms"]
CallForm = Literal["pieces", "whole", "bare"]
Usage = Literal["asked", "always", "never"]


class BadBehaviour(ValueError):
    """A behaviour names something that there is not; the message says what there is."""


class Behaviour(NamedTuple):
    """An answer of so many words, and how it ends; or a refusal. Times in seconds.

    tokens          how many words it says
    text            what it says instead, word by word
    pace            words a second; 0 says them all at once
    head            how long it waits before the response begins
    first           how long it waits before the first word or thought
    end             what comes after the words: "stop", "length" or "content_filter" as the reason;
                    "cut" closes the socket in the middle, "silence" says nothing more, "pings"
                    neither but keeps the connection alive, "error" sends an error in the
                    stream, "bad_json" half a chunk, "not_sse" what is no event; "no_finish"
                    ends the body without a reason, "done_only" with [DONE]
    fail            a refusal instead: a status such as "503", or one of
                    "filter_openai", "filter_azure", "context_openai", "context_llamacpp",
                    "context_vllm", "context_ollama"
    retry_after     what the refusal asks to wait; below 0 nothing
    retry_form      how: Retry-After in "seconds" or as a "date", or retry-after-"ms"
    context         how many words it can read; a longer prompt is refused in the `vendor`'s way
    vendor          "openai", "llamacpp", "vllm" or "ollama"
    form            "asked" streams if that was asked; "json" is a whole completion in any case,
                    "html" a web page and "text" a plain text, with status 200
    think           how many words of reasoning come before the answer, at the same pace
    null            whether the first chunk has `"content": null`, as llama.cpp's
    split           whether every character beyond ASCII is cut in two, between two reads
    huge            how many letters a first, huge word has
    use             tools to call instead of speaking, a line each, such as
                    `use weather with {"city": "Kyoto"}`; its `text` goes before them
    obeys           whether it uses the tools that the question says to use in such lines, if it
                    has them, and speaks once they have returned
    call_form       how calls come: in "pieces" as OpenAI sends them, each "whole", or "bare":
                    whole, with neither ids nor numbers, and ended as if it were an answer
    refuses_images  whether it takes no images, as models that cannot see
    refuses_tools   whether it refuses to hear of tools, as Ollama does for a model without them
    usage           whether the usage is told as "asked", "always" or "never"
    stream_options  whether they are "taken", or "refused" as by older servers
    """

    tokens: int = 20
    text: str = ""
    pace: float = 0.0
    head: float = 0.0
    first: float = 0.0
    end: End = "stop"
    fail: str = ""
    retry_after: float = -1.0
    retry_form: RetryForm = "seconds"
    context: int = 0
    vendor: str = "openai"
    form: Form = "asked"
    think: int = 0
    null: bool = False
    split: bool = False
    huge: int = 0
    use: str = ""
    obeys: bool = False
    call_form: CallForm = "pieces"
    refuses_images: bool = False
    refuses_tools: bool = False
    usage: Usage = "asked"
    stream_options: Literal["taken", "refused"] = "taken"


CHOICES: Mapping[str, tuple[str, ...]] = {
    "end": get_args(End),
    "retry_form": get_args(RetryForm),
    "vendor": VENDORS,
    "form": get_args(Form),
    "call_form": get_args(CallForm),
    "usage": get_args(Usage),
    "stream_options": ("taken", "refused"),
}
DEFAULTS: Mapping[str, object] = Behaviour()._asdict()


def of_name(model: str) -> Behaviour:
    """The behaviour that a model's name asks for; any other name is a model that answers."""
    if not model.startswith(PREFIX):
        return Behaviour()
    pairs = [pair.partition("=") for pair in model.removeprefix(PREFIX).split(",") if pair]
    return of_json({name.strip(): value.strip() for name, _, value in pairs})


def of_json(given: object) -> Behaviour:
    """The behaviour that an object describes by its fields.

    Raises:
        BadBehaviour: a field is not known, or its value is none for it.
    """
    if not isinstance(given, Mapping):
        raise BadBehaviour(f"a behaviour is an object, not {given!r}")
    return Behaviour(**{name: _value(name, value) for name, value in given.items()})


def _value(name: str, given: object) -> Any:
    if name not in DEFAULTS:
        raise BadBehaviour(f"there is no {name!r}; there are {', '.join(DEFAULTS)}")
    choices = CHOICES.get(name)
    if choices and given not in choices:
        raise BadBehaviour(f"{name} cannot be {given!r}; it is one of {', '.join(choices)}")
    if name == "fail":
        return _failure(str(given))
    return _converted(name, given)


def _failure(given: str) -> str:
    is_status = given.isdecimal() and 300 <= int(given) < 600
    if given and given not in REFUSALS and not is_status:
        raise BadBehaviour(f"fail is a status from 300 to 599 or one of {', '.join(REFUSALS)}")
    return given


def _converted(name: str, given: object) -> object:
    match DEFAULTS[name]:
        case bool():
            return str(given).lower() in ("1", "true", "yes", "on")
        case str():
            return str(given)
        case default:
            return _number(name, given, whole=isinstance(default, int))


def _number(name: str, given: object, *, whole: bool) -> float:
    try:
        return int(str(given)) if whole else float(str(given))
    except ValueError:
        raise BadBehaviour(f"{name} cannot be {given!r}: it is a number") from None
