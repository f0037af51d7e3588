"""Promises about how a surface is built: the same files, found without loading, light to start."""

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from aizuchi.testing.surface_contract.specimen import Specimen

HEAVY = frozenset(
    (
        *("asyncio", "dataclasses", "http.client", "logging", "sqlite3", "ssl", "urllib.request"),
        *("httpx2", "markdown_it", "starlette", "uvicorn"),
    )
)
"""Modules that cost a cold start more than reading a message does."""

FILES = {
    "pushed": (
        *("__init__.py", "courier.py", "inbound.py"),
        *("opening.py", "render.py", "setup.py"),
    ),
    "pulled": ("__init__.py", "inbound.py", "render.py", "setup.py", "tail.py"),
}


def its_folder_has_the_files_of_every_surface(specimen: Specimen) -> None:
    folder = Path(str(import_module(specimen.package).__file__)).parent
    missing = [
        name for name in FILES[specimen.plug.limits.delivery] if not (folder / name).exists()
    ]
    assert not missing, f"{folder} lacks {', '.join(missing)}"


def its_plug_says_where_everything_is(specimen: Specimen) -> None:
    plug = specimen.plug
    assert plug.name == specimen.package.rpartition(".")[2], "a surface is named like its folder"
    assert bool(plug.courier) == (plug.limits.delivery == "pushed"), "a pushed one has a courier"
    assert bool(plug.opening) == bool(plug.courier), "a pushed one is opened from the settings"
    targets = (plug.surface, plug.courier, plug.opening, plug.routes, plug.check, plug.socket)
    for target in filter(None, targets):
        module, _, name = target.partition(":")
        spec = find_spec(module)
        assert spec and spec.origin, f"{target}: there is no such module"
        assert name in Path(spec.origin).read_text(), f"{target}: there is no such name in it"


def finding_it_loads_nothing_of_it(specimen: Specimen) -> None:
    inside = [name for name in _loads(specimen.package) if name.startswith(f"{specimen.package}.")]
    assert not inside, f"importing {specimen.package} also imports {', '.join(inside)}"


def its_pure_half_starts_quickly(specimen: Specimen) -> None:
    heavy = HEAVY & set(_loads(specimen.plug.surface.partition(":")[0]))
    assert not heavy, f"reading a message imports {', '.join(sorted(heavy))}"


def _loads(module: str) -> list[str]:
    """The modules that importing one loads in a fresh interpreter."""
    code = f"import sys; import {module}; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return out.stdout.split()


PROMISES = (
    its_folder_has_the_files_of_every_surface,
    its_plug_says_where_everything_is,
    finding_it_loads_nothing_of_it,
    its_pure_half_starts_quickly,
)
