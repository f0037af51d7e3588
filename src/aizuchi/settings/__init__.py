"""Typed settings, from aizuchi.toml and the environment, and whether they may go together."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aizuchi.errors import SettingsError
from aizuchi.personas import Casting
from aizuchi.ports import Allowance
from aizuchi.settings.aws import AwsSettings, check_aws
from aizuchi.settings.casting import casting_of
from aizuchi.settings.discord import DiscordSettings
from aizuchi.settings.fallbacks import check_fallbacks
from aizuchi.settings.fields import fields_of
from aizuchi.settings.mcp import McpServer, check_servers
from aizuchi.settings.parameters import Parameters, parameter_in
from aizuchi.settings.platforms import SlackSettings
from aizuchi.settings.reading import (
    Fields,
    Source,
    Values,
    from_environment,
    from_file,
    read_source,
    sections_of,
)
from aizuchi.settings.references import Written, in_environment, in_sections
from aizuchi.settings.secrets import Secret, Whence
from aizuchi.settings.sections import (
    ADDRESS,
    AccessSettings,
    FallbackSettings,
    LimitSettings,
    MemorySettings,
    ModelSettings,
    NamedPersona,
    Persona,
    RetentionSettings,
    ServerSettings,
    WebSettings,
)
from aizuchi.settings.tools import BotSettings, ToolSettings
from aizuchi.settings.tracing import OTLP, TracingSettings
from aizuchi.turns import Bounds

FILE_NAME = "aizuchi.toml"
HOME_VARIABLE = "AIZUCHI_HOME"
LOOPBACK = re.compile(r"localhost|::1|127(\.\d{1,3}){3}")


class Settings(NamedTuple):
    """All settings; the sections are those of aizuchi.toml, which lies in `folder`. What is said
    of the model's own names its section, `model_section`."""

    persona: Persona = Persona()
    personas: Mapping[str, NamedPersona] = {}
    model: ModelSettings = ModelSettings()
    fallbacks: Mapping[str, ModelSettings] = {}
    memory: MemorySettings = MemorySettings()
    limits: LimitSettings = LimitSettings()
    access: AccessSettings = AccessSettings()
    retention: RetentionSettings = RetentionSettings()
    server: ServerSettings = ServerSettings()
    web: WebSettings = WebSettings()
    slack: SlackSettings = SlackSettings()
    discord: DiscordSettings = DiscordSettings()
    bot: BotSettings = BotSettings()
    tools: ToolSettings = ToolSettings()
    aws: AwsSettings = AwsSettings()
    tracing: TracingSettings = TracingSettings()
    mcp: Mapping[str, McpServer] = {}
    folder: Path = Path()
    home: Path = Path(".aizuchi")
    model_section: str = "model"

    def of_fallback(self, name: str) -> "Settings":
        """These settings for who opens a fallback: its model is the model."""
        section = f"model.fallbacks.{name}"
        return self._replace(model=self.fallbacks[name], model_section=section)

    @property
    def bounds(self) -> Bounds:
        limits = self.limits
        return Bounds(
            answer_within_s=limits.answer_within_s,
            wait_within_s=limits.wait_within_s,
            waiting=limits.waiting,
        )

    @property
    def allowance(self) -> Allowance:
        limits = self.limits
        return Allowance(limits.messages_per_minute, limits.answers_per_day, limits.tokens_per_day)

    @property
    def casting(self) -> Casting:
        """Which persona answers where; raises SettingsError where that cannot be."""
        return casting_of(self.personas, self._persona_names)

    def name_on(self, surface: str) -> str:
        """What the assistant is called on a surface."""
        name = self._persona_names.get(surface)
        return self.personas[name].name if name else self.persona.name

    @property
    def _persona_names(self) -> Mapping[str, str]:
        """By surface, what the sections of surfaces name."""
        named = {name: getattr(getattr(self, name), "persona", "") for name in SECTIONS}
        return {name: persona for name, persona in named.items() if persona}

    @property
    def bot_file(self) -> Path | None:
        """The Python file of this assistant; None where it has none and names none."""
        path = self.folder / self.bot.file
        return path if self.bot != BotSettings() or path.exists() else None

    @property
    def surfaces(self) -> tuple[str, ...]:
        """The platforms that are written to: those with secrets, and those that are named."""
        slack = ("slack",) if self.slack.is_on else ()
        discord = ("discord",) if self.discord.is_on else ()
        return (*slack, *discord, *self.server.surfaces)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Those that are set, for what must not show them."""
        models = (self.model, *self.fallbacks.values())
        keys = (*(each.api_key for each in models), self.web.token, self.aws.key)
        servers = (secret for server in self.mcp.values() for secret in server.secrets)
        platforms = (*self.slack.secrets, *self.discord.secrets)
        every = (*keys, *platforms, *self.tracing.secrets, *servers)
        return tuple(secret for secret in every if secret)


SECTIONS: Mapping[str, type] = {
    "persona": Persona,
    "model": ModelSettings,
    "memory": MemorySettings,
    "limits": LimitSettings,
    "access": AccessSettings,
    "retention": RetentionSettings,
    "server": ServerSettings,
    "web": WebSettings,
    "slack": SlackSettings,
    "discord": DiscordSettings,
    "bot": BotSettings,
    "tools": ToolSettings,
    "aws": AwsSettings,
    "tracing": TracingSettings,
}


NAMED_SECTIONS: Mapping[str, type] = {
    "personas": NamedPersona,
    "model.fallbacks": FallbackSettings,
    "mcp": McpServer,
}


def all_fields(named: Iterable[str] = ()) -> Fields:
    """Every setting there is, by section and key, with those of sections like `personas.mai`."""
    kinds = {
        section: kind
        for section in named
        for many, kind in NAMED_SECTIONS.items()
        if section.startswith(f"{many}.")
    }
    return {section: fields_of(section, kind) for section, kind in {**SECTIONS, **kinds}.items()}


def load(
    config: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    parameters: Parameters | None = None,
) -> Settings:
    """The settings of this place: those of the file (aizuchi.toml here, where there is one), over
    them those of the environment. What they name in SSM is read from `parameters`, with one call.

    Raises:
        SettingsError: one of them cannot be what it says.
        StoreUnavailable: SSM cannot be asked.
    """
    source, fields = _source(config)
    path = source.path
    whence = Whence(environment, path.parent, parameters or Parameters())
    whence.parameters.read(_named(source, fields, environment))
    given = from_file(source, fields, whence)
    over = from_environment(fields, given, whence)
    settings = Settings(
        **_sections(given, over),
        personas={name: _persona(name, values) for name, values in _under("personas", given, over)},
        fallbacks={
            name: ModelSettings(**values) for name, values in _under("model.fallbacks", given, over)
        },
        mcp={name: McpServer(**values) for name, values in _under("mcp", given, over)},
        folder=path.parent,
        home=home_of(environment),
    )
    check(settings)
    return settings


def parameters_named(
    config: Path | None = None, environment: Mapping[str, str] = os.environ
) -> list[str]:
    """The parameters of SSM that `load` will want."""
    return _named(*_source(config), environment)


def references(config: Path | None = None) -> list[tuple[Written, str]]:
    """What the file refers to, and where each reference stands in it."""
    source, fields = _source(config)
    found = in_sections(sections_of(source.content), fields)
    return [(each, source.at(each.field.section, each.field.key)) for each in found]


def _source(config: Path | None) -> tuple[Source, Fields]:
    path = config or Path(FILE_NAME)
    source = read_source(path) if config or path.exists() else Source(path, "", {})
    return source, all_fields(section for section, _ in sections_of(source.content))


def _named(source: Source, fields: Fields, environment: Mapping[str, str]) -> list[str]:
    written = (
        *in_sections(sections_of(source.content), fields),
        *in_environment(environment, fields),
    )
    return [name for each in written if (name := parameter_in(each.reference))]


def home_of(environment: Mapping[str, str]) -> Path:
    """Where this installation keeps its state."""
    return Path(environment.get(HOME_VARIABLE) or ".aizuchi").expanduser()


def _sections(given: Values, over: Values) -> dict[str, Any]:
    return {
        section: kind(**{**given.get(section, {}), **over.get(section, {})})
        for section, kind in SECTIONS.items()
    }


def _under(many: str, given: Values, over: Values) -> Iterator[tuple[str, dict[str, Any]]]:
    """The sections under names of the operator's own, in the order of the file."""
    for section, values in given.items():
        if section.startswith(f"{many}."):
            yield section.removeprefix(f"{many}."), {**values, **over.get(section, {})}


def _persona(name: str, values: Mapping[str, Any]) -> NamedPersona:
    """A persona that is called nothing else has its own name."""
    persona = NamedPersona(**values)
    return persona._replace(name=persona.name or name)


def check(settings: Settings) -> None:
    """Raises SettingsError where settings do not go together."""
    _ = settings.casting
    check_fallbacks(settings.model, settings.fallbacks, settings.limits.answer_within_s)
    check_servers(settings.mcp)
    check_aws(settings.aws)
    web = settings.web
    if web.enabled and web.auth == "header" and not (web.identity_header and web.proxies):
        raise SettingsError(
            '[web] auth = "header" needs to know the header and who may set it.',
            'Write identity_header = "X-Forwarded-User" and proxies = ["127.0.0.1"] below it.',
        )
    for proxy in web.proxies:
        _check_network(proxy)
    if (traced := settings.tracing.destination) and not re.fullmatch(ADDRESS, traced.url):
        raise SettingsError(
            f'[tracing] "{traced.url}" is no address that takes traces over HTTP.',
            f"Give it as one such as {OTLP}; 4318 is the port for HTTP, 4317 that for gRPC.",
        )
    if not is_loopback(settings.server.host) and not _is_guarded(web):
        raise SettingsError(
            f'[server] host = "{settings.server.host}" would open the chat to the network.',
            "Set AIZUCHI_WEB_TOKEN to a long random text, or write [web] enabled = false, "
            'or [web] auth = "header" behind a proxy.',
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server there."""
    return bool(LOOPBACK.fullmatch(host))


def _is_guarded(web: WebSettings) -> bool:
    return bool(not web.enabled or web.auth == "header" or web.token)


def _check_network(proxy: str) -> None:
    from ipaddress import ip_network  # only where there is a proxy: it costs the edge 4 ms

    try:
        ip_network(proxy, strict=False)
    except ValueError:
        raise SettingsError(
            f'[web] proxies: "{proxy}" is no address and no network.',
            'Write for example proxies = ["127.0.0.1", "10.0.0.0/8"].',
        ) from None
