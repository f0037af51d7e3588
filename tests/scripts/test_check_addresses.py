"""No file of the project names a registry's host or a place on one machine."""

from pathlib import Path

import check_addresses
import pytest

REGISTRY = "files." + "pythonhosted" + ".org"
PLACE = "/ro" + "ot/"


@pytest.mark.parametrize("line", [f"# https://{REGISTRY}/x", f"cd {PLACE}x", f"file://{PLACE}x"])
def test_an_address_is_found_with_its_line(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_addresses, "ROOT", tmp_path)
    file = tmp_path / "notes.md"
    file.write_text(f"first\n{line}\n")
    assert [found.split(": ")[0] for found in check_addresses.addresses_in(file)] == ["notes.md:2"]


@pytest.mark.parametrize("line", ["src/work/x", "https://host.example/work/x", "~/work/x"])
def test_other_paths_are_nobodys_business(line: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text(line)
    assert not list(check_addresses.addresses_in(file))
