"""The Terraform module is the same stack, printed, readable, and valid."""

import json
import shutil
from pathlib import Path

import pytest
from tests.deploy.terraforms import Terraform, mirror

from aizuchi.deploy.stack import STACK
from aizuchi.deploy.terraform import files
from aizuchi.deploy.terraform.words import snake

MODULE = Path(__file__).parents[2] / "deploy" / "terraform" / "aws"
ONLY_CLOUDFORMATION = {"code_bucket", "ingress_key", "worker_key", "layer_key"}
"""CloudFormation takes code from a bucket …"""

ONLY_TERRAFORM = {"ingress_zip", "worker_zip", "layer_zip"}
"""… and Terraform uploads files."""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    copy = tmp_path / "module"
    shutil.copytree(MODULE, copy, ignore=shutil.ignore_patterns(".terraform*"))
    return copy


def blocks(kind: str) -> dict[str, str]:
    """The blocks of a kind, by name."""
    text = "".join(files(STACK).values())
    found = {}
    for part in text.split(f'\n{kind} "')[1:]:
        name, _, rest = part.partition('"')
        found[name] = rest.partition("\n}\n")[0]
    return found


def test_what_is_written_is_what_the_description_says() -> None:
    written = {file.name: file.read_text("utf-8") for file in MODULE.glob("*.tf")}
    assert written == files(STACK), "run python -m aizuchi.deploy.terraform"


def test_it_lies_in_the_layout_of_terraform(module: Path) -> None:
    Terraform(module).run("fmt", "-check", "-recursive")


def test_it_is_valid(module: Path) -> None:
    terraform = Terraform(module, mirror())
    terraform.run("init", "-backend=false", "-no-color")
    said = json.loads(terraform.run("validate", "-json"))
    assert (said["valid"], said["diagnostics"]) == (True, [])


def test_the_example_is_valid(module: Path) -> None:
    example = module / "example"
    terraform = Terraform(example, mirror())
    terraform.run("init", "-backend=false", "-no-color")
    said = json.loads(terraform.run("validate", "-json"))
    assert (said["valid"], said["diagnostics"]) == (True, [])


def test_both_front_ends_take_the_same_names() -> None:
    parameters = {snake(each.name) for each in STACK.parameters}
    assert parameters - ONLY_CLOUDFORMATION == {*blocks("variable")} - ONLY_TERRAFORM
    assert {snake(each.name) for each in STACK.outputs} == {*blocks("output")}


def test_every_variable_and_output_says_what_it_is() -> None:
    every = blocks("variable") | blocks("output")
    assert every
    assert [name for name, body in every.items() if "description" not in body] == []


@pytest.mark.parametrize("function", ["ingress", "stream"])
def test_what_its_provider_cannot_say_a_stack_of_one_permission_says(function: str) -> None:
    """Without its condition everybody with an account of AWS could call the function."""
    text = "".join(files(STACK).values())
    _, _, rest = text.partition(f'"aws_cloudformation_stack" "{function}_url_invoke" {{')
    body = rest.partition("\n}\n")[0]
    for line in (
        'Type = "AWS::Lambda::Permission"',
        'Action                = "lambda:InvokeFunction"',
        "InvokedViaFunctionUrl = true",
        'Principal             = "*"',
    ):
        assert line in body
    assert text.count('"lambda:InvokeFunctionUrl"') == 2
    assert text.count("aws_cloudformation_stack") == 2
