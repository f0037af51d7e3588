"""Where an installation stands: in which account and region it was last seen from here, and what
is told where there is none."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from aizuchi.deploy.aws.account import Account, refusals_told
from aizuchi.deploy.aws.installation import Installation
from aizuchi.errors import DeployError, ServerError
from aizuchi.settings.home import prepare, replace

ELSEWHERE = "Is it another --stage, --name or --region, or another account (AWS_PROFILE)?"


class Noted(NamedTuple):
    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.region}, account {self.account}"


class Notes:
    """What this machine remembers of an installation, in its home folder."""

    def __init__(self, home: Path, installation: Installation) -> None:
        self._home, self._stack = home, installation.stack
        self._file = home / f"aws-{installation.stack}"

    def read(self) -> Noted | None:
        try:
            return Noted(*self._file.read_text("utf-8").split())
        except (OSError, TypeError, ValueError):
            return None

    def keep(self, account: Account) -> None:
        """Where nothing can be written, nothing is remembered."""
        with suppress(ServerError):
            prepare(self._home)
            replace(self._file, f"{account.id} {account.region}\n")

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)

    def check(self, account: Account) -> None:
        """
        Raises:
            DeployError: it stands elsewhere, and would be made a second time.
        """
        noted = self.read()
        if noted and noted != (account.id, account.region):
            raise DeployError(
                f"{self._stack} stands in {noted}, and this is {_place(account)}.",
                "Log in there (AWS_PROFILE, --region). If it is to stand here as well, give this "
                f"one another --stage or --name; if that one is gone, delete {self._file}.",
            )

    def nowhere(self, account: Account) -> DeployError:
        """What is told where it is looked for in vain."""
        noted = self.read()
        is_elsewhere = noted and noted != (account.id, account.region)
        mend = f"From here it was deployed to {noted}." if is_elsewhere else ELSEWHERE
        return DeployError(f"There is no {self._stack} in {_place(account)}.", mend)


def _place(account: Account) -> str:
    return f"{account.region}, account {account.id}"


def has_functions(account: Account, installation: Installation) -> bool:
    client = account.client("lambda")
    with refusals_told():
        try:
            client.get_function_configuration(FunctionName=f"{installation.stack}-ingress")
        except client.exceptions.ResourceNotFoundException:
            return False
    return True


def has_table(account: Account, installation: Installation) -> bool:
    return bool(size_of_table(account, installation))


def size_of_table(account: Account, installation: Installation) -> str:
    """As DynamoDB counts it some times a day; empty where there is no table."""
    client = account.client("dynamodb")
    with refusals_told():
        try:
            table = client.describe_table(TableName=installation.stack)["Table"]
        except client.exceptions.ResourceNotFoundException:
            return ""
    return f"about {table['ItemCount']:,} items, {table['TableSizeBytes'] / 1e6:.1f} MB"
