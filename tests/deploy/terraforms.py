"""Terraform with the provider for AWS, where this machine has both."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REQUIRED = "AIZUCHI_REQUIRE_TERRAFORM"
PROVIDER = "hashicorp/aws"
MIRRORS = (
    *filter(None, [os.environ.get("AIZUCHI_TERRAFORM_MIRROR")]),
    *map(str, sorted(Path("/opt").glob("*"))),
    *("/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins"),
    str(Path.home() / ".terraform.d" / "plugins"),
)
"""Where a machine may keep providers; those of the last three Terraform finds by itself."""

WITHIN_S = 240


def program() -> str:
    return shutil.which("terraform") or _missing("there is no terraform")


def mirror() -> str:
    for folder in map(Path, MIRRORS):
        if any(folder.glob(f"*/{PROVIDER}/*")):
            return str(folder)
    return _missing("its provider for AWS lies in no mirror (AIZUCHI_TERRAFORM_MIRROR)")


def _missing(why: str) -> str:
    if os.environ.get(REQUIRED):
        pytest.fail(f"{why} ({REQUIRED} is set)", pytrace=False)
    pytest.skip(f"the Terraform module is not checked: {why}")


class Terraform:
    """Runs it in a copy of ours, with a configuration of its own that leads to the mirror."""

    def __init__(self, folder: Path, mirror: str = "") -> None:
        self.folder = folder
        configuration = folder / "terraform.rc"
        method = f'filesystem_mirror {{ path = "{mirror}" }}' if mirror else ""
        configuration.write_text(f"provider_installation {{\n{method}\n}}\n")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TF_")},
            "TF_CLI_CONFIG_FILE": str(configuration),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
        }

    def run(self, *arguments: str, **environment: str) -> str:
        """What it said; fails with that where it fails."""
        done = subprocess.run(
            [program(), *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout
