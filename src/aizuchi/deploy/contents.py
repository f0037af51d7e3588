"""Which of our modules a program can reach, also those that it loads only when it needs them."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1]
OURS = SOURCE.name


def reachable(entry: str) -> frozenset[Path]:
    """The files of a module and of all of ours that it imports, anywhere in it, and so on."""
    found: set[Path] = set()
    waiting = [entry]
    while waiting:
        file = _file_of(waiting.pop())
        if file and file not in found:
            found.add(file)
            waiting += _imported(file)
    return frozenset(found)


def whole() -> frozenset[Path]:
    """All that answers a message, its page among it: not what tests, simulates or deploys."""
    aside = {"cli", "deploy", "simulator", "testing"}
    every = (path for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return frozenset(path for path in every if path.relative_to(SOURCE).parts[0] not in aside)


def _imported(file: Path) -> Iterator[str]:
    for node in _run(ast.parse(file.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from _with_parents(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_parents(alias.name)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """All that may run; what only a type checker reads does not."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _run(child)


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def _file_of(name: str) -> Path | None:
    """The file of a module of ours; None for what is none."""
    first, *parts = name.split(".")
    if first != OURS:
        return None
    place = SOURCE.joinpath(*parts)
    candidates = (place / "__init__.py", place.with_suffix(".py"))
    return next((file for file in candidates if file.is_file()), None)
