"""The statements of `queries.sql`, by name."""

import re
from importlib.resources import files


def _load(text: str) -> dict[str, str]:
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


SQL = _load((files(__package__) / "queries.sql").read_text("utf-8"))
