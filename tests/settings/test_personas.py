"""Personas stand in one file; one that is missing, or claimed twice, is named with its mend."""

from pathlib import Path

import pytest

from aizuchi.errors import SettingsError
from aizuchi.events import Message, Place
from aizuchi.personas import Persona
from aizuchi.settings import Settings, load
from aizuchi.testing.engine_contract.bench import message

OTHERWISE = Persona("otherwise")
FILE = """
[personas.zundamon]
name = "ずんだもん"
instructions = "Say なのだ."
closing = "Stay so."
commands = ["/zunda"]

[personas.clerk]
instructions = "Be exact."
channels = ["C1", "T2"]

[slack]
persona = "clerk"
"""


def loaded(tmp_path: Path, text: str, **environment: str) -> Settings:
    file = tmp_path / "aizuchi.toml"
    file.write_text(text, "utf-8")
    return load(file, environment)


def asked(surface: str, place: str, via: str = "") -> Message:
    return message("1")._replace(surface=surface, place=Place(place, "shared"), via=via)


@pytest.mark.parametrize(
    ("message", "instructions"),
    [
        (asked("web", "web:ann:1"), "otherwise"),
        (asked("slack", "slack:T1:C9"), "Be exact."),
        (asked("discord", "discord:T1:C1"), "Be exact."),
        (asked("discord", "discord:T2:C9:U1"), "Be exact."),
        (asked("discord", "discord:T1:C11"), "otherwise"),
        (asked("slack", "slack:T1:C1", via="/Zunda"), "Say なのだ."),
        (asked("discord", "discord:T1:C1", via="zunda"), "Say なのだ."),
        (asked("slack", "slack:T1:C1", via="/ask"), "Be exact."),
    ],
)
def test_a_command_goes_before_a_channel_before_a_surface(
    tmp_path: Path, message: Message, instructions: str
) -> None:
    casting = loaded(tmp_path, FILE).casting
    assert casting.of(message, OTHERWISE).instructions == instructions


def test_the_nearer_place_goes_before_the_further_one(tmp_path: Path) -> None:
    text = '[personas.a]\nchannels = ["T1"]\n[personas.b]\nclosing = "b"\nchannels = ["C1"]\n'
    casting = loaded(tmp_path, text).casting
    assert casting.of(asked("slack", "slack:T1:C1"), OTHERWISE).closing == "b"


def test_a_persona_is_called_by_its_own_name_where_it_has_one(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FILE + '[web]\npersona = "zundamon"\n')
    assert (settings.name_on("web"), settings.name_on("slack")) == ("ずんだもん", "clerk")
    assert settings.name_on("terminal") == "aizuchi"


def test_the_environment_goes_before_the_file_here_too(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FILE, AIZUCHI__PERSONAS__ZUNDAMON__CLOSING="End in のだ.")
    assert settings.personas["zundamon"].closing == "End in のだ."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[personas.mai]\n[slack]\npersona = "mia"', ('persona = "mia"', 'Did you mean "mai"?')),
        ('[web]\npersona = "zunda"', ('persona = "zunda"', "Write [personas.zunda]")),
        (
            '[personas.a]\ncommands = ["/x"]\n[personas.b]\ncommands = ["X"]',
            ("[personas.a] and [personas.b]", '"x"', "one of them"),
        ),
        ('[personas."a b"]\nclosing = "x"', ('[personas."a b"]', "letters")),
        ('[personas.mai]\ntone = "x"', ("[personas.mai] tone", "line 2", "Did you mean name?")),
        ('[personas]\nname = "Mai"', ("personas.name is a section",)),
        ("personas = 3", ("[personas]",)),
        ('[personas.mai]\nchannels = "C1"', ("[personas.mai] channels", "a list of texts")),
    ],
)
def test_what_cannot_be_is_told_with_its_mend(
    tmp_path: Path, text: str, said: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, text)
    assert all(part in str(refused.value) for part in said), str(refused.value)
