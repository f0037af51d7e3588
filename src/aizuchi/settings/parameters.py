"""Parameters of AWS's (SSM) that settings name as `ssm:/NAME`: read together when a file is."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aizuchi.errors import SettingsError

PREFIX = "ssm:"
MOST_NAMES = 10
"""SSM gives no more at once."""

OTHERWISE = "Or name the secret as env:NAME or file:PATH."
Read = Callable[[Sequence[str]], Mapping[str, str]]
"""The parameters of these names that there are, with their values."""


class Parameters:
    """Those that were read are not asked for again, unless somebody wants to know whether they are
    others by now."""

    def __init__(self, read: Read | None = None) -> None:
        self._ask = read or read_from_here
        self._known: dict[str, str] = {}

    def read(self, names: Iterable[str]) -> Mapping[str, str]:
        """Those of these that there are, with one call for ten of them.

        Raises:
            SettingsError, StoreUnavailable: SSM cannot be asked.
        """
        wanted = {*names}
        missing = sorted(wanted - {*self._known})
        for begin in range(0, len(missing), MOST_NAMES):
            self._known |= self._ask(missing[begin : begin + MOST_NAMES])
        return {name: value for name, value in self._known.items() if name in wanted}

    def value(self, name: str) -> str:
        """
        Raises:
            SettingsError: there is none.
        """
        value = self.read([name]).get(name, "").strip()
        if not value:
            raise SettingsError(
                f'"{PREFIX}{name}" names a parameter that SSM does not have, or may not show us.',
                f"Put it there (aws ssm put-parameter --type SecureString --name {name} --value …),"
                " and let us read it (ssm:GetParameters).",
            )
        return value

    def again(self, name: str) -> str:
        self._known.pop(name, None)
        return self.value(name)


def parameter_in(reference: str) -> str:
    """The parameter that a reference names; empty where it is another reference, or none."""
    name = reference.removeprefix(PREFIX)
    return name if name != reference and name.startswith("/") else ""


def unread(names: Sequence[str]) -> Mapping[str, str]:
    """In the place of each value its reference, for who has to know the settings but no secret."""
    return {name: PREFIX + name for name in names}


def read_from_here(names: Sequence[str]) -> Mapping[str, str]:
    """By AWS's client, as whom this machine is logged in.

    Raises:
        SettingsError: it is not installed, nobody is logged in, or SSM refuses.
    """
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise SettingsError(
            f'"{PREFIX}{names[0]}" is read with AWS\'s client, which is not installed.',
            f"pip install 'aizuchi[aws]'. {OTHERWISE}",
        ) from None
    try:
        client = boto3.Session().client("ssm", region_name=os.environ.get("AWS_REGION"))
    except BotoCoreError as error:
        raise _unreadable(names, error) from None
    return reader_by(client)(names)


def reader_by(client: Any) -> Read:
    """Reads by a client of AWS's for SSM."""
    from botocore.exceptions import BotoCoreError, ClientError

    def read(names: Sequence[str]) -> Mapping[str, str]:
        try:
            said = client.get_parameters(Names=list(names), WithDecryption=True)
        except (BotoCoreError, ClientError) as error:
            raise _unreadable(names, error) from None
        return {each["Name"]: each["Value"] for each in said["Parameters"]}

    return read


def _unreadable(names: Sequence[str], error: Exception) -> SettingsError:
    named = ", ".join(f'"{PREFIX}{name}"' for name in names)
    return SettingsError(
        f"{named} cannot be read: {str(error).rstrip('.')}.",
        f"Log in to AWS (AWS_PROFILE, AWS_REGION) as somebody who may read it. {OTHERWISE}",
    )
