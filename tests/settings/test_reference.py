"""The page of settings is the one that the code writes; what it shows can be used."""

import re
from pathlib import Path

from aizuchi.settings import load
from aizuchi.settings.reference import FILE, reference

ROOT = Path(__file__).parents[2]


def test_the_reference_is_current() -> None:
    written = (ROOT / FILE).read_text("utf-8")
    assert written == reference(), "run: python -m aizuchi.settings.reference"


def test_its_example_is_a_file_that_loads(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", reference(), re.DOTALL)
    assert example
    file = tmp_path / "aizuchi.toml"
    file.write_text(example.group(1), "utf-8")
    assert load(file, {"OPENAI_API_KEY": "k"}).persona.name == "Mai"
