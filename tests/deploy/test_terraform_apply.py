"""Terraform brings the same stack up in ministack, and finds nothing to change afterwards."""

import json
import shutil
from pathlib import Path

import pytest
from tests.deploy.accounts import environment_of, packages_here, posting_to
from tests.deploy.terraforms import Terraform, mirror
from tests.deploy.test_terraform import MODULE
from tests.simulator.aws_house import REGION, Account
from tests.simulator.conftest import their_account  # noqa: F401 - a fixture

from aizuchi.cli import main
from aizuchi.deploy.aws.trying import try_out

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ROOT = f"""
terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws" }}
  }}
}}
provider "aws" {{
  region                      = "{REGION}"
  skip_metadata_api_check     = true
  skip_requesting_account_id  = false
}}
variable "entry" {{ default = "HttpApi" }}
variable "worker" {{ default = "Lambda" }}
module "assistant" {{
  source               = "./module"
  ingress_zip          = "ingress.zip"
  worker_zip           = "worker.zip"
  layer_zip            = "layer.zip"
  architecture         = "x86_64"
  model                = "echo"
  entry                = var.entry
  worker               = var.worker
  worker_image         = "registry.example/aizuchi:1"
  worker_subnets       = ["subnet-12345678"]
  web                  = "yes"
  web_token            = "/aizuchi/prod/web-token"
  installation_key     = "/aizuchi/prod/AIZUCHI_INSTALLATION_KEY"
  slack_signing_secret = "/aizuchi/prod/SLACK_SIGNING_SECRET"
}}
output "address" {{
  value = module.assistant.address
}}
"""

HALF_TOLD = {"aws_cloudwatch_metric_alarm"}
"""Of an alarm ministack says only half of what it was told, in this provider's protocol."""

OTHER = {"aws_api_gateway_stage", "aws_apigatewayv2_api", "aws_ecs_service", "aws_lambda_function"}
"""What is made, or goes, with another entry and another worker."""

pytestmark = pytest.mark.proof
"""A minute: the provider waits for each queue's attributes to settle."""


def changed(terraform: Terraform, *chosen: str) -> set[str]:
    """The kinds of resources that a plan would touch, now that everything is applied."""
    variables = [f"-var={each}" for each in chosen]
    terraform.run("plan", "-out=again", "-no-color", *variables)
    planned = json.loads(terraform.run("show", "-json", "again"))
    return {
        each["type"]
        for each in planned["resource_changes"]
        if each["change"]["actions"] != ["no-op"]
    }


def test_it_comes_up_answers_and_has_nothing_to_change(
    their_account: Account,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment = environment_of(their_account)
    for name, value in {**environment, "SLACK_SIGNING_SECRET": SECRET}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert main(["secrets", "push"]) == 0
    packages_here(tmp_path)
    shutil.copytree(MODULE, tmp_path / "module", ignore=shutil.ignore_patterns("example", ".*"))
    (tmp_path / "main.tf").write_text(ROOT)
    terraform = Terraform(tmp_path, mirror())
    terraform.run("init", "-no-color")
    terraform.run("apply", "-auto-approve", "-no-color")
    try:
        assert changed(terraform) <= HALF_TOLD
        assert changed(terraform, "entry=RestApi", "worker=Container") >= OTHER
        address = terraform.run("output", "-raw", "address")
        assert len(try_out(address, SECRET, posting_to(their_account))) == 2
        assert main(["status"]) == 0, capsys.readouterr().out
        their_account.client("iam").delete_role_policy(
            RoleName="aizuchi-prod-ingress", PolicyName="ministack"
        )
    finally:
        terraform.run("destroy", "-auto-approve", "-no-color")
