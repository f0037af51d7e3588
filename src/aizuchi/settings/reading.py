"""Reads settings from aizuchi.toml and the environment, and says where a wrong one stands."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aizuchi.errors import SettingsError
from aizuchi.settings.commands import Commands, parse_commands, read_commands
from aizuchi.settings.fields import Field, checked, expected, nearest, parsed
from aizuchi.settings.secrets import Secret, Secrets, Texts, Whence, read_secret, read_text

PREFIX = "AIZUCHI__"

NAMED = ("personas", "model.fallbacks", "mcp")
"""Sections that stand for as many as the operator gives names to: `[personas.zundamon]`."""

Fields = Mapping[str, Mapping[str, Field]]
Values = dict[str, dict[str, Any]]


class Source(NamedTuple):
    """A settings file: its text, what that says, and what it is called where it is quoted."""

    path: Path
    text: str
    content: Mapping[str, Any]

    def at(self, section: str, key: str = "") -> str:
        line = line_of(self.text, section, key)
        return f"{self.path}, line {line}" if line else str(self.path)


def read_source(path: Path) -> Source:
    try:
        text = path.read_text("utf-8")
        return Source(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path} is not TOML: {error}.",
            'A text stands in quotes, a section in brackets: [persona] name = "Mai".',
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not a text in UTF-8.", "Save it as UTF-8.") from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}.", "Check its path and its rights."
        ) from None


def from_file(source: Source, fields: Fields, whence: Whence) -> Values:
    """The settings that the file gives, checked."""
    return {
        section: _section(source, section, content, fields, whence)
        for section, content in sections_of(source.content)
    }


def sections_of(content: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The sections of a file; of those under names of the operator's own, each one."""
    for key, value in content.items():
        section = above + key
        if not isinstance(value, dict):
            yield section, value
        elif section in NAMED:
            yield from ((f"{section}.{name}", each) for name, each in value.items())
        else:
            inner = {name: each for name, each in value.items() if f"{section}.{name}" in NAMED}
            yield section, {name: each for name, each in value.items() if name not in inner}
            yield from sections_of(inner, f"{section}.")


def _section(
    source: Source, section: str, content: Any, fields: Fields, whence: Whence
) -> dict[str, Any]:
    known = _known_section(section, fields, source.at(section))
    if not isinstance(content, dict):
        raise SettingsError(
            f"{section} is a section, not a value ({source.at(section)}).", f"Write [{section}]."
        )
    values = {}
    for key, value in content.items():
        where = source.at(section, key)
        if key not in known:
            raise _no_setting(section, key, list(known), where)
        reader = _FromFile(known[key], where, whence)
        values[key] = reader.read(value)
    return values


def _known_section(section: str, fields: Fields, where: str) -> Mapping[str, Field]:
    if section not in fields:
        raise _no_section(section, list(fields), where)
    return fields[section]


def _no_section(section: str, choices: list[str], where: str) -> SettingsError:
    near = nearest(section, choices)
    mend = f"Did you mean [{near}]?" if near else f"There are [{'], ['.join(choices)}]."
    if section in NAMED:
        mend = f"Write [{section}.NAME], with a name of your own, for each."
    return SettingsError(f"There is no section [{section}] ({where}).", mend)


def _no_setting(section: str, key: str, choices: list[str], where: str) -> SettingsError:
    near = nearest(key, choices)
    mend = f"Did you mean {near}?" if near else f"[{section}] has {', '.join(choices)}."
    return SettingsError(f"There is no setting [{section}] {key} ({where}).", mend)


class _FromFile(NamedTuple):
    """One value of the file on its way to its setting."""

    field: Field
    where: str
    whence: Whence

    def read(self, value: Any) -> Any:
        if self.field.kind is Secret:
            return self._secret(value)
        if self.field.kind is Secrets and isinstance(value, dict):
            return Secrets({name: self._secret(each) for name, each in value.items()})
        if self.field.kind is Texts and isinstance(value, dict):
            return Texts({name: self._text(each) for name, each in value.items()})
        if self.field.kind is Commands:
            return self._commands(value)
        try:
            return checked(self.field, value)
        except ValueError:
            raise _wrong(f"{self.field.name} = {_quoted(value)}", self.field, self.where) from None

    def _commands(self, value: Any) -> Commands:
        try:
            return read_commands(value)
        except ValueError as error:
            what, mend = error.args
            raise SettingsError(f"{self.field.name}: {what} ({self.where}).", mend) from None

    def _secret(self, value: Any) -> Secret:
        try:
            return self._looked_up(read_secret, value)
        except ValueError:
            raise _literal(self.field, self.where) from None

    def _text(self, value: Any) -> Secret:
        if isinstance(value, str):
            return self._looked_up(read_text, value)
        raise _wrong(f"{self.field.name} = {_quoted(value)}", self.field, self.where)

    def _looked_up(self, read: Callable[[str, Whence], Secret], value: Any) -> Secret:
        try:
            return read(str(value), self.whence)
        except SettingsError as error:
            raise SettingsError(
                f"{self.field.name}: {error.what} ({self.where})", error.mend
            ) from None


def _literal(field: Field, where: str) -> SettingsError:
    variable = field.meaning.variable or field.variable
    return SettingsError(
        f"{field.name} has to be a reference, never the secret itself ({where}).",
        f'Put the secret into the environment and write {field.key} = "env:{variable}", '
        f'or into a file and write {field.key} = "file:/run/secrets/{field.key}".',
    )


def _wrong(said: str, field: Field, where: str = "") -> SettingsError:
    place = f" ({where})" if where else ""
    return SettingsError(f"{said} is not {expected(field)}{place}.", field.meaning.text)


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value if len(value) <= 60 else value[:57] + "…"}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_environment(fields: Fields, given: Values, whence: Whence) -> Values:
    """The settings that the environment gives under any of their names, checked.

    It goes before the file, except that a reference to a secret in the file is meant: another
    program's OPENAI_API_KEY does not go before it.
    """
    values: Values = {}
    environment = whence.environment
    for each in _every(fields):
        name = each.variable if each.variable in environment else each.meaning.variable
        text = environment.get(name, "")
        meant = each.kind is Secret and each.key in given.get(each.section, {})
        if name == each.variable or (text and not meant):
            value = _from_text(each, name, text, whence)
            values.setdefault(each.section, {})[each.key] = value
    _refuse_unknown(fields, environment)
    return values


def _every(fields: Fields) -> list[Field]:
    return [field for section in fields.values() for field in section.values()]


def _from_text(field: Field, name: str, text: str, whence: Whence) -> Any:
    if field.kind is Secret:
        is_own = name == field.variable
        return _secret_from_text(name, text.strip(), whence if is_own else None)
    if field.kind in (Secrets, Texts):
        return _FromFile(field, name, whence).read(parsed(field, text))
    if field.kind is Commands:
        return _FromFile(field, name, whence).read(parse_commands(text))
    try:
        return checked(field, parsed(field, text))
    except ValueError:
        raise _wrong(f"{name}={_quoted(text)}", field) from None


def _secret_from_text(name: str, text: str, whence: Whence | None) -> Secret:
    """A secret may stand in the environment itself; only our own names may also refer to one."""
    try:
        return read_secret(text, whence) if whence else Secret(text, f"env:{name}")
    except ValueError:
        return Secret(text, f"env:{name}")


def _refuse_unknown(fields: Fields, environment: Mapping[str, str]) -> None:
    known = [field.variable for field in _every(fields)]
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            section = name.removeprefix(PREFIX).partition("__")[0].lower()
            _known_section(section, fields, name)
            near = nearest(name, [each.lower() for each in known]).upper()
            raise SettingsError(
                f"{name} is no setting.",
                f"Did you mean {near}?" if near else "Take it out of the environment.",
            )


def line_of(text: str, section: str, key: str = "") -> int:
    """The line where a section begins, or a key of it stands; 0 where it is written otherwise."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([\w.-]+)\s*\]+", line)
        inside = header.group(1) == section if header else inside
        if header and ((inside and not key) or header.group(1) == f"{section}.{key}"):
            return number
        if inside and key and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return number
        if key and re.match(rf"\s*{re.escape(section)}\s*\.\s*{re.escape(key)}\s*=", line):
            return number
    return 0
