"""The statements of `queries.sql` and `remembering.sql`, by name."""

import re
from importlib.resources import files


def _load(text: str) -> dict[str, str]:
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


FILES = ("queries.sql", "remembering.sql")
SQL = _load("".join((files(__package__) / name).read_text("utf-8") for name in FILES))
