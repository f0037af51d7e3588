"""The packages that AWS Lambda is given: those of our functions, and a layer."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from aizuchi.deploy import wheels
from aizuchi.deploy.contents import SOURCE, reachable, whole
from aizuchi.deploy.manners import write_manners
from aizuchi.deploy.target import Target
from aizuchi.deploy.zips import write_bytecode, write_zip
from aizuchi.hosts.aws_lambda.ingress import FILE_NAME
from aizuchi.hosts.aws_lambda.line import ROOTS
from aizuchi.settings import Settings

INGRESS = "aizuchi.hosts.aws_lambda.ingress"
LOCKS = Path(__file__).parent
WRAPPER = "aizuchi-stream"
"""In the layer, so at /opt/aizuchi-stream: what AWS_LAMBDA_EXEC_WRAPPER of the streaming function
names."""

Fetch = Callable[[Target, Path, Path], None]
"""Brings what a lock names into a folder, as wheels."""


def build_ingress(
    settings: Settings, path: Path, target: Target = Target(), fetch: Fetch = wheels.fetch
) -> None:
    """The function that takes messages in, with no more of us than it can reach.

    Raises:
        DeployError: the packages of others cannot be had, or not be compiled.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "task"
        _copy({*reachable(INGRESS), Path(ROOTS)}, folder)
        (folder / FILE_NAME).write_text(write_manners(settings), "utf-8")
        _finish(folder, path, LOCKS / "ingress.txt", target, fetch)


def build_worker(
    files: Iterable[Path], path: Path, target: Target = Target(), fetch: Fetch = wheels.fetch
) -> None:
    """The functions that answer, and the operator's own files beside them: aizuchi.toml, bot.py.

    Raises:
        DeployError: the packages of others cannot be had, or not be compiled.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "task"
        _copy(whole(), folder)
        for file in files:
            shutil.copyfile(file, folder / file.name)
        _finish(folder, path, LOCKS / "worker.txt", target, fetch)


def build_layer(path: Path) -> None:
    """What has the streaming function run our loop in the place of AWS's client."""
    with TemporaryDirectory() as folder:
        shutil.copyfile(SOURCE / "deploy" / WRAPPER, Path(folder) / WRAPPER)
        write_zip(Path(folder), path, programs=[WRAPPER])


def _copy(files: Iterable[Path], folder: Path) -> None:
    for file in files:
        place = folder / SOURCE.name / file.relative_to(SOURCE)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


def _finish(folder: Path, path: Path, lock: Path, target: Target, fetch: Fetch) -> None:
    interpreter = target.interpreter
    with TemporaryDirectory() as fetched:
        fetch(target, lock, Path(fetched))
        wheels.unpack(Path(fetched), folder)
    write_bytecode(folder, interpreter)
    write_zip(folder, path)
