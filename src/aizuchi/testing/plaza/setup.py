"""How Plaza is set up."""

from collections.abc import Sequence

from aizuchi.surfaces import Finding


def check(secret: str) -> Sequence[Finding]:
    """Whether its messages can be told from anybody else's."""
    mend = "" if secret else "Give the surface the secret that Plaza signs with."
    return [Finding(bool(secret), "the secret that messages are signed with", mend)]
