"""The packages of a deployment, as files whose names in the bucket are their contents."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from aizuchi.deploy.aws.bucket import key_of
from aizuchi.deploy.packages import build_ingress, build_layer, build_worker
from aizuchi.deploy.target import Target
from aizuchi.settings import Settings


class Packages(NamedTuple):
    ingress: Path
    worker: Path
    layer: Path

    @property
    def keys(self) -> dict[str, str]:
        """Of each parameter the key in the bucket."""
        return {f"{name.capitalize()}Key": key_of(file) for name, file in self._asdict().items()}


Build = Callable[[Settings, Sequence[Path], Path, Target], Packages]
"""Makes the packages in a folder; the operator's own files go with the worker."""


def packages_in(folder: Path) -> Packages:
    return Packages(*(folder / f"{name}.zip" for name in Packages._fields))


def build(settings: Settings, files: Sequence[Path], folder: Path, target: Target) -> Packages:
    made = packages_in(folder)
    build_ingress(settings, made.ingress, target)
    build_worker(files, made.worker, target)
    build_layer(made.layer)
    return made
