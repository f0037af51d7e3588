"""Writes docs/reference/settings.md out of the settings themselves."""

from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin

from aizuchi.settings import NAMED_SECTIONS, SECTIONS
from aizuchi.settings.commands import Commands
from aizuchi.settings.fields import Field, fields_of
from aizuchi.settings.secrets import Secret, Secrets, Texts

FILE = "docs/reference/settings.md"

OPENING = """\
# Settings

<!-- `python -m aizuchi.settings.reference` writes this file. -->

aizuchi reads `aizuchi.toml` in the directory where you start it, or the file that `--config`
names. You need no such file: every setting has a default.

```toml
[persona]
name = "Mai"
instructions = "You are Mai, who helps the team at Kiso Travel. You know trains best."
closing = "Stay friendly and brief."

[model]
name = "openai:gpt-5-mini"
api_key = "env:OPENAI_API_KEY"

[memory]
turns = 30
```

**From the environment.** Every setting can be given as `AIZUCHI__SECTION__KEY`, for example
`AIZUCHI__LIMITS__ANSWER_WITHIN_S=30`; a list is separated by commas. Some have a name of their own,
which the tables show. The environment goes before the file, and `AIZUCHI__SECTION__KEY` before any
other name. What stands under a name of your own is `AIZUCHI__PERSONAS__ZUNDAMON__CLOSING`.

**Secrets** never stand in the file. Write where one is: `env:NAME` for the environment,
`file:PATH` for a file that holds nothing else (relative to `aizuchi.toml`), `ssm:/NAME` for a
parameter of AWS's (with `aizuchi[aws]`; all are read with one call). Such a reference in the file
goes before `OPENAI_API_KEY`, `SLACK_BOT_TOKEN` and others of their own name. A table of references
stands as `bot_tokens = { T024BE7LH = "env:NAME" }`, in the environment as
`T024BE7LH=env:NAME,T0JR4D5KX=env:OTHER`.

**State** is kept in `.aizuchi/`, or where `AIZUCHI_HOME` says.

A setting that does not exist, or cannot be what it says, stops the start with a line that names it,
its place and the nearest one that exists.
"""

COMMANDS = """\
Each command has a `name`, a `description` and its `options`; without options it has one text. It
can also have `ephemeral`, `permissions` (who may use it: `["manage_messages"]`; `[]`: only
administrators) and a `question`: what the model is asked, with `{option}` where a value goes. An
option has a `name`, a `description`, a `type` (`string`, `integer`, `number`, `boolean`, `user`,
`channel`, `role`, `mentionable`, `attachment`), `choices`, `min` and `max` (of a number, or of the
length of a text), and may be `required = false`. Both can have `names` and `descriptions` in other
languages: `names = { ja = "翻訳" }`. `contexts` is where a command can be used: `["guild",
"bot_dm"]` if you do not say; with `"private_channel"` also by people who install the application
for themselves. Where only a text is asked for, `commands = ["/ask Ask the assistant"]` says it all.
A command called `reset` starts afresh.

```toml
[discord]
greeting = "なのだ？"

[[discord.commands]]
name = "zunda"
description = "ずんだもんに聞くのだ"

[[discord.commands]]
name = "translate"
description = "Translate a text"
question = "Translate into {language}: {text}"
ephemeral = true

[[discord.commands.options]]
name = "language"
description = "Into which language"
choices = ["English", "日本語"]

[[discord.commands.options]]
name = "text"
description = "What to translate"
max = 2000
```
"""
MCP = """\
A value of `env` and `headers` is a text, or a reference to a secret; a reference may follow other
words: `Authorization = "Bearer env:TRACKER_TOKEN"`. What is called a token, a key or the like has
to be one. They are read anew at each connection.

```toml
[mcp.time]
command = ["uvx", "mcp-server-time"]
safe = ["get_current_time", "convert_time"]

[mcp.tracker]
url = "https://tracker.example.com/mcp"
headers = { Authorization = "Bearer file:/run/secrets/tracker" }
safe = ["search_issues"]
only = ["search_issues", "create_issue"]
```
"""
AFTER = {"mcp": "tools"}
"""What stands after another section than one of its own name."""

NOTES = {"discord": COMMANDS, "mcp.NAME": MCP}
"""What follows the table of a section."""


def reference() -> str:
    """The whole page."""
    return "\n".join([OPENING, *(_section(name, kind) for name, kind in _kinds())])


def _kinds() -> Iterator[tuple[str, type]]:
    """All kinds of sections; those that an operator names stand after what they belong to."""
    for name, kind in SECTIONS.items():
        yield name, kind
        yield from (
            (f"{many}.NAME", kind)
            for many, kind in NAMED_SECTIONS.items()
            if many == f"{name}s" or many.startswith(f"{name}.") or AFTER.get(many) == name
        )


def _section(name: str, kind: type) -> str:
    meaning = " ".join((kind.__doc__ or "").split())
    return "\n".join(
        [
            f"## [{name}]\n",
            f"{meaning}\n",
            "| setting | value | default | what it means |",
            "|---|---|---|---|",
            *_rows(fields_of(name, kind).values()),
            "",
            *([NOTES[name]] if name in NOTES else []),
        ]
    )


def _rows(fields: Iterable[Field]) -> list[str]:
    return [
        f"| `{field.key}` | {_kind(field)} | {_default(field)} | {_meaning(field)} |"
        for field in fields
    ]


def _meaning(field: Field) -> str:
    own = field.meaning.variable
    return f"{field.meaning.text} In the environment also `{own}`." if own else field.meaning.text


def _kind(field: Field) -> str:
    if get_origin(field.kind) is tuple:
        return "list of texts"
    if choices := get_args(field.kind):
        return ", ".join(f'`"{choice}"`' for choice in choices)
    names: dict[Any, str] = {
        str: "text",
        int: "whole number",
        float: "number",
        bool: "`true` or `false`",
        Secret: "reference",
        Secrets: "table of references",
        Texts: "table of texts and references",
        Commands: "list of commands",
    }
    return names[field.kind] + _range(field)


def _range(field: Field) -> str:
    low, high = field.meaning.at_least, field.meaning.at_most
    if low is None:
        return ""
    return f", from {low:g}" if high is None else f", {low:g} to {high:g}"


def _default(field: Field) -> str:
    match field.default:
        case None | "" | () | Secret() | Secrets() | Texts():
            return "not set"
        case Commands() as commands:
            return ", ".join(f"`/{command.name}`" for command in commands)
        case tuple(texts):
            return ", ".join(f"`{text}`" for text in texts)
        case bool(value):
            return f"`{str(value).lower()}`"
        case str(text):
            return f"`{text}`"
        case number:
            return f"`{number:g}`"


if __name__ == "__main__":
    from pathlib import Path

    Path(FILE).write_text(reference(), "utf-8")
