"""System 0's Terraform: it is valid against the module, and its throttles reach every route."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from tests.deploy.terraforms import Terraform, mirror
from tests.examples.street import EXAMPLES

from aizuchi.deploy.cloudformation import template
from aizuchi.deploy.stack import STACK

MODULE = EXAMPLES.parent / "deploy" / "terraform" / "aws"
EXAMPLE = (EXAMPLES / "system-0" / "main.tf").read_text("utf-8")
ORIGINAL = {"throttle_rate": 5, "throttle_burst": 2, "ingress_timeout": 5, "ingress_memory": 256}


def copy_of(folder: Path) -> Path:
    """The example, with the module where it looks for it."""
    ignore = shutil.ignore_patterns(".terraform*", "dist")
    shutil.copytree(MODULE, folder / "deploy" / "terraform" / "aws", ignore=ignore)
    example = folder / "examples" / "system-0"
    shutil.copytree(EXAMPLES / "system-0", example, ignore=ignore)
    return example


def test_it_is_valid_and_laid_out_as_terraform_does(tmp_path: Path) -> None:
    terraform = Terraform(copy_of(tmp_path), mirror())
    terraform.run("fmt", "-check")
    terraform.run("init", "-backend=false", "-no-color")
    said = json.loads(terraform.run("validate", "-json"))
    assert (said["valid"], said["diagnostics"]) == (True, [])


def test_it_has_the_figures_of_the_original() -> None:
    given = {name: int(value) for name, value in re.findall(r"(\w+) += (\d+)\n", EXAMPLE)}
    assert given.items() >= ORIGINAL.items()
    assert 'region = "ap-northeast-1"' in EXAMPLE
    assert re.search(r'entry += "RestApi"', EXAMPLE)


def test_the_throttles_hold_for_every_route_of_either_api() -> None:
    resources: Any = template(STACK)["Resources"]
    wanted = {
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
    }
    (settings,) = resources["RestStage"]["Properties"]["MethodSettings"]
    assert settings == {"HttpMethod": "*", "ResourcePath": "/*", **wanted}
    assert resources["HttpStage"]["Properties"]["DefaultRouteSettings"] == wanted
