"""One of several installations, and what everything of it is called."""

from hashlib import sha256
from typing import NamedTuple

from aizuchi.deploy.aws.account import Account
from aizuchi.deploy.stack.names import OWN

KEY = "AIZUCHI_INSTALLATION_KEY"
PLACES = {"AIZUCHI_WEB_TOKEN": "web-token"}
"""What SSM calls otherwise than its variable."""


class Installation(NamedTuple):
    name: str = "aizuchi"
    stage: str = "prod"

    @property
    def stack(self) -> str:
        return f"{self.name}-{self.stage}"

    @property
    def code_stack(self) -> str:
        """Has nothing but the bucket with the packages."""
        return f"{self.stack}-code"

    def bucket(self, account: Account) -> str:
        """Names of buckets are everybody's: this one nobody else would think of."""
        where = f"{account.id} {account.region} {self.stack}"
        return f"{self.code_stack}-{sha256(where.encode()).hexdigest()[:12]}"

    def parameter(self, variable: str) -> str:
        """Where SSM keeps the value of a variable."""
        return f"/{self.name}/{self.stage}/{PLACES.get(variable, variable)}"

    @property
    def own(self) -> str:
        """Below which the operator puts parameters that `aizuchi.toml` names."""
        return f"/{self.name}/{self.stage}/{OWN}/"

    def queue(self, which: str) -> str:
        suffix = "" if which == "side" else ".fifo"
        return f"{self.stack}-{which}{suffix}"
