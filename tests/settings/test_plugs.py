"""Plugs are found by name and loaded on use; a name that is not there says what to do."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from aizuchi import plugs
from aizuchi.errors import PlugNotFound


@pytest.mark.parametrize("key", plugs.BUILT_IN)
def test_every_built_in_plug_can_be_loaded(key: str) -> None:
    kind, _, name = key.partition(".")
    assert plugs.load(kind, name) is not None  # type: ignore[arg-type]  # a key of the table


def test_finding_a_plug_loads_nothing() -> None:
    script = (
        "import sys; from aizuchi import plugs; plugs.find('surface', 'web'); "
        "print(*(name for name in sys.modules if name.startswith('aizuchi.')))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout
    assert "aizuchi.plugs" in loaded
    assert not any(part in loaded for part in ("surfaces", "engines", "models"))


def test_a_package_brings_plugs_by_its_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    brought = EntryPoint("surface.line", "aizuchi.words:say", plugs.GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [brought])
    assert plugs.find("surface", "line") == "aizuchi.words:say"
    assert "line" in plugs.names("surface")
    assert plugs.load("surface", "line").__name__ == "say"


@pytest.mark.parametrize(
    ("kind", "name", "mend"),
    [
        ("engine", "sqlit", 'Did you mean "sqlite"?'),
        ("surface", "telegram", "comes with the package"),
        ("model", "gpt-5", "Write openai:gpt-5"),
    ],
)
def test_an_unknown_name_says_what_to_do(kind: plugs.Kind, name: str, mend: str) -> None:
    with pytest.raises(PlugNotFound) as refused:
        plugs.load(kind, name)
    assert f'"{name}"' in refused.value.what
    assert mend in refused.value.mend


def test_a_missing_package_is_named_with_its_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(plugs.BUILT_IN, "model.local", "xllamacpp_not_here.thing:open")
    with pytest.raises(PlugNotFound, match="needs xllamacpp_not_here, which is not installed"):
        plugs.load("model", "local")
