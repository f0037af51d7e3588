"""What a package is made for."""

import shutil
import sys
from typing import Literal, NamedTuple

from aizuchi.errors import DeployError

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
GLIBC = ("manylinux_2_28", "manylinux_2_26", "manylinux2014")
"""Lambda's Python 3.11 has glibc 2.26, later ones have 2.34: what is made for 2.28 names 2.26 too,
where it runs on that."""


class Target(NamedTuple):
    """A Python of Lambda's, on one of its processors."""

    arch: Literal["arm64", "x86_64"] = "arm64"
    python: str = HERE

    @property
    def platforms(self) -> tuple[str, ...]:
        """As wheels name them."""
        return tuple(f"{glibc}_{MACHINES[self.arch]}" for glibc in GLIBC)

    @property
    def interpreter(self) -> str:
        """A Python of this version on this machine, for its bytecode is of use to no other.

        Raises:
            DeployError: there is none.
        """
        if self.python == HERE:
            return sys.executable
        found = shutil.which(f"python{self.python}")
        if not found:
            raise DeployError(
                f"There is no Python {self.python} here to compile for.",
                f"Install it, or package for Python {HERE}.",
            )
        return found
