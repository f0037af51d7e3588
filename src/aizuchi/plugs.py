"""Finds surfaces, engines, models and tools by their import strings; none is loaded unused."""

from importlib import import_module
from typing import Any, Literal

from aizuchi.errors import PlugNotFound
from aizuchi.settings.fields import nearest

GROUP = "aizuchi.plugs"

Kind = Literal["surface", "engine", "model", "tool", "tracing"]

EXTRAS: dict[Kind, str] = {"tool": "'aizuchi[tools]'", "tracing": "'aizuchi[otel]'"}
"""What brings the packages that all plugs of a kind need."""

BUILT_IN = {
    "surface.discord": "aizuchi.surfaces.discord:PLUG",
    "surface.slack": "aizuchi.surfaces.slack:PLUG",
    "surface.web": "aizuchi.surfaces.web:PLUG",
    "engine.aws": "aizuchi.engines.aws.plug:open_engine",
    "engine.sqlite": "aizuchi.engines.sqlite:open_engine",
    "engine.memory": "aizuchi.engines.memory:open_engine",
    "model.openai": "aizuchi.models.opening:open_openai",
    "model.local": "aizuchi.models.opening:open_local",
    "model.echo": "aizuchi.models.opening:open_echo",
    "tool.clock": "aizuchi.tools.clock:open_clock",
    "tool.fetch_page": "aizuchi.tools.fetch_page:open_fetch_page",
    "tool.web_search": "aizuchi.tools.web_search:open_web_search",
    "tracing.otlp": "aizuchi.otel.opening:open_tracing",
}


def names(kind: Kind) -> list[str]:
    """Everything of a kind that is installed."""
    return sorted(_names(kind, {**_of_others(), **BUILT_IN}))


def built_in(kind: Kind) -> list[str]:
    """Those of a kind that come with us."""
    return _names(kind, BUILT_IN)


def find(kind: Kind, name: str) -> str:
    """The import string of a plug, `module:attribute`; raises PlugNotFound."""
    key = f"{kind}.{name}"
    found = BUILT_IN.get(key) or _of_others().get(key)
    if not found:
        raise PlugNotFound(f'There is no {kind} "{name}" here.', _mend(kind, name))
    return found


def load(kind: Kind, name: str) -> Any:
    """What a plug's import string stands for; imports it now.

    Raises:
        PlugNotFound: there is none of this name, or a package that it needs is not installed.
    """
    module, _, attribute = find(kind, name).partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        raise PlugNotFound(
            f'The {kind} "{name}" needs {missing}, which is not installed.',
            f"Install it: pip install {EXTRAS.get(kind) or missing}",
        ) from error


def _of_others() -> dict[str, str]:
    """What other packages bring, by their entry points; an entry is named like `surface.line`."""
    from importlib.metadata import entry_points  # 40 ms, only where a name is not built in

    return {point.name: point.value for point in entry_points(group=GROUP)}


def _names(kind: Kind, plugs: dict[str, str]) -> list[str]:
    return [key.partition(".")[2] for key in plugs if key.startswith(f"{kind}.")]


def _mend(kind: Kind, name: str) -> str:
    installed = names(kind)
    if near := nearest(name, installed):
        return f'Did you mean "{near}"?'
    there = ", ".join(installed)
    if kind == "model":
        return (
            f"Write openai:{name} for a model of an OpenAI-compatible endpoint; there is {there}."
        )
    return f"There is {there}; another comes with the package that brings it."
