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

    use: Annotated[
        tuple[str, ...],
        Meaning(
            "The tools that the model may use besides those of `bot.py`: `clock`; `web_search` "
            "and `fetch_page`, which need `pip install 'aizuchi[tools]'`; others by the names that "
            "their packages give them."
        ),
    ] = ("clock",)
    approvers: Annotated[
        tuple[str, ...],
        Meaning(
            "Ids of people who may allow what an unsafe tool is to do, besides whoever asked for "
            'it; alone or with the platform in front: `"slack:U024BE7LH"`.'
        ),
    ] = ()
    ask_within_s: Annotated[
        float, Meaning("How long somebody may allow it, in seconds.", 10, 86_400)
    ] = 3600.0
    timeout_s: Annotated[float, Meaning("How long a tool may take, in seconds.", 0.1, 3600)] = 30.0
