"""The tree at the top of errors.py is the tree of our errors, and all of them are there."""

import re
from collections.abc import Iterator
from pathlib import Path

from aizuchi import errors
from aizuchi.errors import AizuchiError


def tree_of(kind: type[AizuchiError]) -> Iterator[str]:
    """The names of an error and of those below it, drawn."""
    yield kind.__name__
    below = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    for each in below:
        branch, trunk = ("└── ", "    ") if each is below[-1] else ("├── ", "│   ")
        first, *others = tree_of(each)
        yield branch + first
        yield from (trunk + line for line in others)


def test_the_drawn_tree_is_the_tree() -> None:
    assert errors.__doc__
    drawn = re.findall(r"^[│├└─ ]*\w+(?=$| {2,}\w)", errors.__doc__, re.MULTILINE)
    assert drawn == list(tree_of(AizuchiError))


def test_no_error_is_defined_elsewhere() -> None:
    source, names = Path(errors.__file__).parent, "|".join(vars(errors))
    defines = re.compile(rf"^class \w+\((?:.*\W)?(?:{names})\b.*\):", re.MULTILINE)
    files = [path for path in source.rglob("*.py") if defines.search(path.read_text("utf-8"))]
    assert files == [source / "errors.py"]
