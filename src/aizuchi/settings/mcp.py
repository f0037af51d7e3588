"""The sections of aizuchi.toml about MCP servers, and whether one can be what it says."""

import re
from collections.abc import Mapping
from typing import Annotated, NamedTuple

from aizuchi.errors import SettingsError
from aizuchi.settings.fields import Meaning
from aizuchi.settings.secrets import Secret, Texts
from aizuchi.settings.sections import ADDRESS

NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
ENV_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
SECRET_NAME = re.compile(r"(token|secret|passwo?r?d|key|authorization|cookie)$", re.IGNORECASE)


class McpServer(NamedTuple):
    """An MCP server whose tools the model may use, under a name of your own; they are called
    `NAME_tool`. It is a command that is run here, or an address. Needs `pip install
    'aizuchi[mcp]'`."""

    command: Annotated[
        tuple[str, ...],
        Meaning('What starts it here, spoken with over stdio: `["uvx", "mcp-server-time"]`.'),
    ] = ()
    url: Annotated[
        str,
        Meaning(
            "Where it is, spoken with by streamable HTTP.",
            pattern=rf"({ADDRESS})?",
            example="https://example.com/mcp",
        ),
    ] = ""
    env: Annotated[
        Texts,
        Meaning(
            "What the command finds in its environment besides `PATH`, `HOME` and the like; of "
            "ours it gets nothing else."
        ),
    ] = Texts()
    headers: Annotated[Texts, Meaning("What is sent to the address with each request.")] = Texts()
    safe: Annotated[
        tuple[str, ...],
        Meaning(
            "Those of its tools, by their names there, that run unasked and may run again after a "
            "crash. Every other one has to be allowed by a click, each time."
        ),
    ] = ()
    only: Annotated[
        tuple[str, ...],
        Meaning("Those of its tools that the model is shown; not set: the first 100 of them."),
    ] = ()
    timeout_s: Annotated[
        float, Meaning("How long a call of one may take, in seconds.", 0.1, 3600)
    ] = 30.0

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What must not be shown, with what stands before it and without."""
        texts = [*self.env.values(), *self.headers.values()]
        found = [text for text in texts if text.may_change]
        return (*found, *(Secret(text.reveal().rpartition(" ")[2]) for text in found))


def check_servers(servers: Mapping[str, McpServer]) -> None:
    """Raises SettingsError where one cannot be what it says."""
    for name, server in servers.items():
        if not NAME.fullmatch(name):
            raise SettingsError(
                f'[mcp."{name}"]: a name has at most 32 letters of a to z, digits, _ and -.',
                "Write for example [mcp.files]: its tools are then called files_read and so on.",
            )
        _check_way(name, server)
        for key, texts, legal in (
            ("env", server.env, ENV_NAME),
            ("headers", server.headers, HEADER_NAME),
        ):
            _check_texts(f"[mcp.{name}] {key}", texts, legal)
        _check_shown(name, server)


def _check_way(name: str, server: McpServer) -> None:
    if bool(server.command) == bool(server.url):
        both = "has both a command and a url" if server.url else "has neither a command nor a url"
        raise SettingsError(
            f"[mcp.{name}] {both}.",
            'Write command = ["uvx", "…"] for one that runs here, or url = "https://…".',
        )
    for key, texts, way in (("env", server.env, "command"), ("headers", server.headers, "url")):
        if texts and not getattr(server, way):
            mend = f"Leave it out, or give the server a {way}."
            raise SettingsError(f"[mcp.{name}] {key} is only of use with a {way}.", mend)


def _check_texts(where: str, texts: Texts, legal: re.Pattern[str]) -> None:
    for key, text in texts.items():
        if not legal.fullmatch(key):
            mend = "Take letters, digits and _; for a header also -."
            raise SettingsError(f'{where}: "{key}" cannot be a name there.', mend)
        if SECRET_NAME.search(key) and text and not text.may_change:
            raise SettingsError(
                f"{where}: {key} has to be a reference, never the secret itself.",
                f'Put it into the environment and write {key} = "env:NAME", or into a file and '
                f'write "file:PATH"; "Bearer env:NAME" puts a word before it.',
            )


def _check_shown(name: str, server: McpServer) -> None:
    hidden = [tool for tool in server.safe if server.only and tool not in server.only]
    if hidden:
        raise SettingsError(
            f'[mcp.{name}] safe names "{hidden[0]}", which only does not name.',
            "Name it in both, or in neither.",
        )
