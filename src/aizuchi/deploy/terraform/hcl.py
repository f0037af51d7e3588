"""Writes Terraform's language the way `terraform fmt` leaves it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, NamedTuple

INDENT = "  "


class Raw(NamedTuple):
    """An expression as it is written."""

    code: str


class Call(NamedTuple):
    """A function, with one value."""

    function: str
    value: Any


class Block(NamedTuple):
    head: str
    body: Mapping[str, Any]
    about: str = ""


class Blocks(NamedTuple):
    """Several of the same name inside another."""

    bodies: Sequence[Mapping[str, Any]]


def file_of(blocks: Sequence[Block]) -> str:
    return "\n".join("".join(f"{line}\n" for line in _block(block)) for block in blocks)


def _block(block: Block) -> Iterator[str]:
    if block.about:
        yield from wrap(block.about, 100, initial_indent="# ", subsequent_indent="# ")
    yield f"{block.head} {{"
    yield from _body(block.body)
    yield "}"


def _body(body: Mapping[str, Any]) -> Iterator[str]:
    """Attributes first, then blocks, each set off by an empty line."""
    values = {key: each for key, each in body.items() if not isinstance(each, Blocks)}
    yield from map(_indented, _pairs(values, " = "))
    is_first = not values
    for key, blocks in body.items():
        for inner in blocks.bodies if isinstance(blocks, Blocks) else ():
            if not is_first:
                yield ""
            is_first = False
            yield from map(_indented, _block(Block(key, inner)))


def _pairs(values: Mapping[str, Any], sign: str) -> Iterator[str]:
    """The signs of neighbours stand below each other, as far as each is one line."""
    written = {key: expression(each) for key, each in values.items()}
    for run in _runs(written):
        width = max(len(key) for key in run)
        for key in run:
            yield from f"{key:{width}}{sign}{written[key]}".split("\n")


def _runs(written: Mapping[str, str]) -> Iterator[list[str]]:
    run: list[str] = []
    for key, code in written.items():
        if "\n" in code:
            yield from filter(None, (run, [key]))
            run = []
        else:
            run.append(key)
    if run:
        yield run


def expression(value: Any) -> str:
    match value:
        case Raw(code):
            return code
        case Call(function, inner):
            return f"{function}({expression(inner)})"
        case Mapping():
            return _object(value)
        case list() | tuple():
            return _list([expression(each) for each in value])
        case bool():
            return str(value).lower()
        case _:
            return json.dumps(value, ensure_ascii=False)


def _object(value: Mapping[str, Any]) -> str:
    lines = list(_pairs({_key(key): each for key, each in value.items()}, " = "))
    return "\n".join(["{", *map(_indented, lines), "}"]) if lines else "{}"


def _key(key: str) -> str:
    return key if key.replace("_", "a").isalnum() else json.dumps(key)


def _list(items: Sequence[str]) -> str:
    line = f"[{', '.join(items)}]"
    if len(line) < 80 and "\n" not in line:
        return line
    lines = [line for item in items for line in f"{item},".split("\n")]
    return "\n".join(["[", *map(_indented, lines), "]"])


def _indented(line: str) -> str:
    return f"{INDENT}{line}" if line else line
