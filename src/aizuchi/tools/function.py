"""A typed Python function as a tool: told to the model, its arguments checked before a call."""

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from aizuchi.errors import BadArguments, BotError
from aizuchi.ports import Declared
from aizuchi.toolbox import Finding, Occasion, Tool
from aizuchi.tools.threads import in_thread

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_compact = msgspec.json.Encoder()

Function = Callable[..., Any]


def tool_of(function: Function, *, unsafe: bool = False) -> Tool:
    """The tool that a function is: its name, its docstring, its annotated parameters.

    Raises:
        BotError: the model could not be told how to call it.
    """
    arguments = _arguments_of(function)
    declared = Declared(_name_of(function), _description_of(function), _schema_of(arguments))
    decoder = msgspec.json.Decoder(arguments)

    async def call(given: str, occasion: Occasion) -> str | Finding:
        return await _call(function, decoder, declared, given)

    return Tool(declared, call, unsafe)


def result_of(returned: Any) -> str | Finding:
    """What a function returned, as the model is told it: a text as it is, all else as JSON."""
    if isinstance(returned, str | Finding):
        return returned
    try:
        return _compact.encode(returned).decode()
    except TypeError:
        return str(returned)


async def _call(
    function: Function, decoder: "msgspec.json.Decoder[Any]", declared: Declared, given: str
) -> str | Finding:
    try:
        checked = decoder.decode(given.strip() or "{}")
    except msgspec.MsgspecError as error:
        schema = _compact.encode(declared.parameters).decode()
        what = f"The arguments of {declared.name} do not fit: {error}. They have to follow"
        raise BadArguments(what, schema) from None
    named = {field: getattr(checked, field) for field in checked.__struct_fields__}
    if inspect.iscoroutinefunction(function):
        return result_of(await function(**named))
    return result_of(await in_thread(lambda: function(**named)))


# ── what the model is told ────────────────────────────────────────────────────


def _name_of(function: Function) -> str:
    name = getattr(function, "__name__", "")
    if NAME.fullmatch(name) and name.isascii():
        return name
    raise _bad(function, f'"{name}" is no name that every model takes.', "Use letters and digits.")


def _description_of(function: Function) -> str:
    if text := inspect.getdoc(function):
        return text
    raise _bad(function, "it has no docstring.", "Say in one what it does: the model reads it.")


def _arguments_of(function: Function) -> type[msgspec.Struct]:
    """What holds the arguments of a call, each of its parameter's type."""
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise _bad(function, f"{error}.", "Import what its annotations name.") from None
    parameters = inspect.signature(function).parameters.values()
    fields = [_field_of(function, each, hints) for each in parameters]
    try:
        return msgspec.defstruct(
            function.__name__, fields, kw_only=True, forbid_unknown_fields=True
        )
    except TypeError as error:
        raise _bad(function, f"{error}.", "Take None as that default.") from None


def _field_of(function: Function, parameter: inspect.Parameter, hints: dict[str, Any]) -> Any:
    name = parameter.name
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise _bad(function, f"its parameter {parameter} has no name.", "Name each parameter.")
    if name not in hints:
        mend = f"Write {name}: str, for example."
        raise _bad(function, f"its parameter {name} has no type.", mend)
    kind = _described(hints[name])
    try:
        msgspec.json.schema(kind)
    except TypeError:
        mend = "Take text, numbers, lists, dictionaries, dataclasses or the like."
        raise _bad(function, f"nobody can write {name}: {kind} in JSON.", mend) from None
    return (name, kind) if parameter.default is parameter.empty else (name, kind, parameter.default)


def _described(kind: Any) -> Any:
    """A type whose annotation is a text has that text as its description."""
    if get_origin(kind) is not Annotated:
        return kind
    inner, *notes = get_args(kind)
    told = [msgspec.Meta(description=note) if isinstance(note, str) else note for note in notes]
    return Annotated[(inner, *told)]


def _schema_of(arguments: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of the arguments, with what it refers to inside it."""
    whole = msgspec.json.schema(arguments)
    definitions = whole["$defs"]
    own = dict(definitions.pop(arguments.__name__))
    own.pop("title", None)
    return {**own, "$defs": definitions} if definitions else own


def _bad(function: Function, what: str, mend: str) -> BotError:
    name = getattr(function, "__qualname__", repr(function))
    return BotError(f"{name}{_place_of(function)} cannot be a tool: {what}", mend)


def _place_of(function: Function) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f" ({code.co_filename}, line {code.co_firstlineno})" if code else ""
