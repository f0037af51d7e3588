"""The sections of aizuchi.toml about what the assistant can do besides talking."""

from typing import Annotated, NamedTuple

from aizuchi.settings.fields import Meaning


class BotSettings(NamedTuple):
    """The Python file of an assistant that can do more than its settings say."""

    file: Annotated[
        str,
        Meaning(
            "The file, beside `aizuchi.toml`. The default one may be missing; another is missed.",
            pattern=r"\S.*\.py",
            example="bot.py",
        ),
    ] = "bot.py"


class ToolSettings(NamedTuple):
    """What the model may have done."""

    timeout_s: Annotated[float, Meaning("How long a tool may take, in seconds.", 0.1, 3600)] = 30.0
