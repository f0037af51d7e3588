"""What must hold of an installation over all that was done with it, and of taking it away.

The last of the suite: what stands here needs the others' traces, and the end leaves nothing.
"""

import json

import pytest
from tests.deploy.accounts import left_of
from tests.deploy.conformance.conftest import Standing
from tests.deploy.conformance.installations import Installation
from tests.deploy.conformance.platforms import Platforms
from tests.deploy.conformance.ways import Terraformed

KEY = "AIZUCHI_INSTALLATION_KEY"
OTHER = {"aws_api_gateway_stage", "aws_apigatewayv2_api", "aws_ecs_service", "aws_lambda_function"}
"""What is made, or goes, with another entry and another worker."""


async def test_nothing_was_denied_to_any_function(installation: Installation) -> None:
    assert "AccessDenied" not in installation.log


async def test_nothing_wrong_stands_on_the_platforms(platforms: Platforms) -> None:
    platforms.slack.assert_clean()
    platforms.discord.assert_clean()


async def test_no_secret_is_to_be_read(platforms: Platforms, installation: Installation) -> None:
    """But the token of the web chat, which whoever brings it up is told."""
    secrets = {*platforms.secrets.values(), installation.secret(KEY)}
    readable = installation.kept + installation.log
    assert [each for each in (*secrets, installation.token) if each in readable] == []
    assert [each for each in secrets if each in installation.said] == []


@pytest.mark.proof
async def test_its_status_is_well(standing: Standing) -> None:
    said = await standing.way.run("status")
    assert f"{standing.installation.stack}-dead.fifo: 0 waiting" in said


@pytest.mark.proof
async def test_doing_it_again_changes_nothing(standing: Standing) -> None:
    assert await standing.way.changed() == ""


@pytest.mark.proof
async def test_another_entry_and_another_worker_are_other_resources(standing: Standing) -> None:
    if isinstance(standing.way, Terraformed):
        assert await standing.way.planned("entry=RestApi", "worker=Container") >= OTHER


@pytest.mark.proof
async def test_a_right_that_a_function_lacks_is_missed(
    platforms: Platforms, installation: Installation
) -> None:
    """So that it says something where nothing was denied."""
    people, role = installation.account.client("iam"), f"{installation.stack}-ingress"
    own = people.get_role_policy(RoleName=role, PolicyName="own")["PolicyDocument"]
    people.delete_role_policy(RoleName=role, PolicyName="own")
    said = await platforms.ann.mentions("May you?", platforms.slack.general)
    people.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=json.dumps(own))
    assert said.statuses == [503]
    assert "AccessDenied" in installation.log


@pytest.mark.proof
async def test_data_that_is_kept_is_gone_on_with(
    standing: Standing, platforms: Platforms, installation: Installation
) -> None:
    await platforms.shown(await platforms.asks("My name is Bob."))
    await standing.way.down(data=False)
    left = left_of(installation.account, installation.stack)
    assert left == [installation.stack, installation.parameter(KEY)]
    again = await standing.way.up(on_kept_data=True)
    platforms.face(again.outputs["Address"])
    await platforms.shown(await platforms.asks("What is my name?"))
    assert "My name is Bob." in json.dumps(platforms.model.received[-1].body)


async def test_taken_away_it_leaves_nothing(standing: Standing, installation: Installation) -> None:
    await standing.way.down(data=True)
    assert left_of(installation.account, installation.stack) == []
