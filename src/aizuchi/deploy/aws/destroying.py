"""Takes an installation away: all of it, or all but what people said."""

from aizuchi.deploy.aws.account import Account, refusals_told
from aizuchi.deploy.aws.bucket import Bucket
from aizuchi.deploy.aws.events import Say
from aizuchi.deploy.aws.installation import KEY, Installation
from aizuchi.deploy.aws.secrets import Vault
from aizuchi.deploy.aws.stacks import Stacks
from aizuchi.deploy.stack.functions import SECRETS


def destroy(
    account: Account, stacks: Stacks, installation: Installation, say: Say, *, data: bool
) -> None:
    """What is gone already is not missed. The key stays where the data does: it belongs to it.

    Raises:
        DeployError: a part does not let itself be deleted.
    """
    _delete_stack(stacks, installation.stack, say)
    Bucket(account, stacks, installation).delete()
    say(f"the stack {installation.code_stack} is deleted")
    secrets = [each for each in SECRETS if data or each != KEY]
    vault = Vault(account.client("ssm"), installation)
    vault.delete(secrets)
    vault.delete_own()
    say("the secrets are deleted")
    if data:
        _delete_table(account, installation.stack, say)


def _delete_stack(stacks: Stacks, name: str, say: Say) -> None:
    if stacks.look(name).status != "ABSENT":
        stacks.delete(name, say)
    say(f"the stack {name} is deleted")


def _delete_table(account: Account, name: str, say: Say) -> None:
    client = account.client("dynamodb")
    with refusals_told():
        try:
            client.delete_table(TableName=name)
        except client.exceptions.ResourceNotFoundException:
            return
    say(f"the table {name} is deleted, with every conversation in it")
