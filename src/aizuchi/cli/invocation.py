"""What a person writes to run aizuchi here, for every hint that names a command."""

import os
from pathlib import Path

CLONE = Path(__file__).parents[3]


def command_name() -> str:
    """A clone has its own `./aizuchi`; elsewhere the command is on the path."""
    return os.environ.get("AIZUCHI_COMMAND") or ("./aizuchi" if _is_clone() else "aizuchi")


def _is_clone() -> bool:
    """Whether the package runs out of the clone in which we are."""
    return (CLONE / "aizuchi").is_file() and CLONE.samefile(Path.cwd())
