"""A home folder of an assistant that is measured, and the assistant in it."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness.process import Child

TOKEN = "token-of-the-benchmark-0123456789"
LIMITS = "[limits]\nmessages_per_minute = 0\nanswers_per_day = 0\n"
OF_THE_USER = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AIZUCHI_MODEL", "AIZUCHI_PORT")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with TemporaryDirectory(prefix="aizuchi-bench-", ignore_cleanup_errors=True) as path:
        yield Path(path)


def write_settings(home: Path, model: str, model_port: int = 0) -> None:
    """An aizuchi.toml without limits, for the model that listens at a port."""
    address = f'base_url = "http://127.0.0.1:{model_port}/v1"\n' if model_port else ""
    (home / "aizuchi.toml").write_text(f'[model]\nname = "{model}"\n{address}\n{LIMITS}', "utf-8")


def environment(home: Path) -> dict[str, str]:
    """What the assistant there is told, and nothing that this user has set for theirs."""
    unset = dict.fromkeys(OF_THE_USER, "")
    return {**unset, "AIZUCHI_HOME": str(home / "home"), "AIZUCHI_WEB_TOKEN": TOKEN}


def assistant(
    home: Path,
    model: str,
    model_port: int = 0,
    *,
    core: int | None = None,
    more: Mapping[str, str] = {},
) -> Child:
    """aizuchi with these settings, and more in its environment, when it is entered."""
    write_settings(home, model, model_port)
    (home / "home").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.servers.product"]
    log = home / "aizuchi.log"
    told = {**environment(home), **more}
    return Child("aizuchi", command, log=log, core=core, environment=told, cwd=home)
