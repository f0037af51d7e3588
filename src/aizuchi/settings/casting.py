"""Which persona answers where, from the settings; what contradicts itself is refused."""

import re
from collections.abc import Callable, Mapping, Sequence

from aizuchi.errors import SettingsError
from aizuchi.personas import Casting, Persona, command_name
from aizuchi.settings.fields import nearest
from aizuchi.settings.sections import NamedPersona

Personas = Mapping[str, NamedPersona]


def casting_of(personas: Personas, surfaces: Mapping[str, str]) -> Casting:
    """The personas by what they answer; `surfaces` are the names that sections of surfaces give.

    Raises:
        SettingsError: one is named that is not there, or two claim the same.
    """
    for name in personas:
        _check_name(name)
    return Casting(
        commands=_claimed(personas, "commands", lambda each: [*map(command_name, each.commands)]),
        channels=_claimed(personas, "channels", lambda each: each.channels),
        surfaces={
            surface: _persona(_named(name, personas, surface)) for surface, name in surfaces.items()
        },
        models={name: _persona(persona) for name, persona in personas.items()},
    )


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[\w-]+", name):
        raise SettingsError(
            f'[personas."{name}"]: a name has letters, digits, _ and - only.',
            "Write for example [personas.zundamon], and the name that people see as its name.",
        )


def _named(name: str, personas: Personas, surface: str) -> NamedPersona:
    if name in personas:
        return personas[name]
    near = nearest(name, list(personas))
    mend = f'Did you mean "{near}"?' if near else f"Write [personas.{name}] with its instructions."
    raise SettingsError(f'[{surface}] persona = "{name}": there is no [personas.{name}].', mend)


def _claimed(
    personas: Personas, key: str, claims: Callable[[NamedPersona], Sequence[str]]
) -> Mapping[str, Persona]:
    owners: dict[str, str] = {}
    for name, persona in personas.items():
        for each in claims(persona):
            if owners.setdefault(each, name) != name:
                raise SettingsError(
                    f'[personas.{owners[each]}] and [personas.{name}] both have "{each}" among '
                    f"their {key}.",
                    "Leave it to one of them.",
                )
    return {each: _persona(personas[name]) for each, name in owners.items()}


def _persona(settings: NamedPersona) -> Persona:
    return Persona(settings.instructions, settings.closing)
