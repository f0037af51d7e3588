"""What `aizuchi.toml` refers to, and what of it functions can follow: parameters of the
installation's own, and nothing that is on this machine."""

from collections.abc import Iterator, Mapping, Sequence

from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.stack.functions import SECRETS
from aizuchi.errors import DeployError
from aizuchi.settings import Settings, all_fields
from aizuchi.settings.fields import Field
from aizuchi.settings.parameters import PREFIX, parameter_in
from aizuchi.settings.references import Written
from aizuchi.settings.secrets import Secret

KINDS = ("env:", "file:", PREFIX)
Found = Sequence[tuple[Written, str]]
"""References, each with where it stands."""


def check(found: Found, installation: Installation) -> None:
    """
    Raises:
        DeployError: a function could not follow one.
    """
    own = installation.own
    wrong = [
        _told(written, where, own)
        for written, where in found
        if written.reference.startswith(KINDS)
        and not parameter_in(written.reference).startswith(own)
    ]
    if wrong:
        whats, mends = zip(*wrong, strict=True)
        raise DeployError("\n".join(whats), "\n  ".join(dict.fromkeys(mends)))


def _told(written: Written, where: str, own: str) -> tuple[str, str]:
    field, reference = written
    what = f'{field.name}: a function cannot read "{reference}" ({where}).'
    return what, _mend(field, own + field.key)


def _mend(field: Field, name: str) -> str:
    put = (
        f"Put it into SSM: aws ssm put-parameter --type SecureString --name {name} --value …; and "
        f'write "{PREFIX}{name}".'
    )
    if field.kind is Secret and field.meaning.variable in SECRETS:
        variable = field.meaning.variable
        return f"Take the line out and set {variable} here: deploy brings it along. Or: {put}"
    return put


def named_in_ssm(settings: Settings) -> Mapping[str, str]:
    """By variable, the parameter that the settings name for it themselves. Several secrets for one
    variable are brought along instead."""
    found = {variable: parameter_in(secret.source) for variable, secret in _secrets(settings)}
    if settings.slack.signing_secrets:
        found.pop("SLACK_SIGNING_SECRET", None)
    return {variable: parameter for variable, parameter in found.items() if parameter}


def _secrets(settings: Settings) -> Iterator[tuple[str, Secret]]:
    for section, fields in all_fields().items():
        for key, field in fields.items():
            if field.kind is Secret and field.meaning.variable in SECRETS:
                yield field.meaning.variable, getattr(getattr(settings, section), key)
