"""What a start tells: where to open the chat, which model answers, and what should be mended."""

from urllib.parse import urlsplit

from aizuchi.cli.common import owner_address
from aizuchi.cli.invocation import command_name
from aizuchi.models.smol import LABEL, find_demo
from aizuchi.settings import Settings, is_loopback
from aizuchi.settings.tracing import TracingSettings


def greeting(settings: Settings, verb: str) -> list[str]:
    """The lines of `aizuchi serve`, or of another command that starts a server."""
    return [
        row("Open", owner_address(settings) or "the web chat is off ([web] enabled = false)"),
        row("Model", model_line(settings)),
        *([row("", f"if it fails: {', '.join(settings.fallbacks)}")] if settings.fallbacks else []),
        row("State", str(settings.home.absolute())),
        *(row("Traces", line) for line in traces_lines(settings.tracing)),
        *(row("Note", note) for note in notes(settings, verb)),
    ]


def row(title: str, text: str) -> str:
    return f"  {title:<9}{text}"


def model_line(settings: Settings) -> str:
    """Which model answers."""
    plug, model = settings.model.choice
    if plug == "openai":
        where = f" at {settings.model.base_url}" if settings.model.base_url else ""
        return f"{model or 'the default one'}{where}"
    if plug == "local":
        return LABEL if find_demo(settings.home) else "echo: it only repeats what you say"
    return "echo: it only repeats what you say" if plug == "echo" else settings.model.name


def traces_lines(tracing: TracingSettings) -> list[str]:
    """Where traces go, or why they go nowhere though they were asked for."""
    if tracing.missing:
        return [f"off: {' and '.join(tracing.missing)} is not set"]
    if destination := tracing.destination:
        what = "with all text" if tracing.text else "without text"
        return [f"to {urlsplit(destination.url).netloc}, {what}"]
    return []


def notes(settings: Settings, verb: str) -> list[str]:
    """What somebody who starts a server should know or change."""
    found = []
    if settings.model.choice.plug == "local" and not find_demo(settings.home):
        found.append(f"no model is set. A real one: OPENAI_API_KEY=… {command_name()} {verb}")
        if verb != "dev":
            found.append(f"a tiny one, for trying, is fetched by {command_name()} dev")
    if settings.web.enabled and not is_loopback(settings.server.host) and not settings.web.hosts:
        found.append('from elsewhere it opens once [web] hosts = ["its.name"] names it')
    return found
