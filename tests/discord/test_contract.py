"""Discord keeps what every surface promises, and is read with little of Python."""

import json
import subprocess
import sys

import pytest
from tests.discord.payloads import OTHER_ID, PUBLIC_KEY, alone, command, request, signed

from aizuchi.markdown import units
from aizuchi.surfaces.discord.inbound import DiscordSurface
from aizuchi.surfaces.discord.signing import SIGNATURE, TIMESTAMP
from aizuchi.testing.surface_contract import SURFACE_CONTRACT, Promise, Specimen
from aizuchi.testing.virtual_time import EPOCH

ASKED_ALONE = alone("雨ですか", id=str(int(OTHER_ID) + 1))
SPECIMEN = Specimen(
    package="aizuchi.surfaces.discord",
    surface=DiscordSurface(PUBLIC_KEY),
    unset=DiscordSurface(""),
    requests=[request(command()), request(command(id=OTHER_ID)), request(ASKED_ALONE)],
    now=EPOCH,
    security=[TIMESTAMP, SIGNATURE],
    sign=signed,
    measure=units,
)
STANDARD = {*sys.stdlib_module_names, "nacl", "_cffi_backend", "_sodium"}
"""What reading Discord may load: the only package of others is what verifies a signature."""


@pytest.mark.parametrize("promise", SURFACE_CONTRACT, ids=lambda promise: promise.__name__)
def test_discord_keeps(promise: Promise) -> None:
    promise(SPECIMEN)


def test_reading_discord_loads_no_package_of_others_but_the_verifier() -> None:
    """It runs cold on a function: at most 25 modules of ours, 110 that are not."""
    script = (
        "import json, sys; before = set(sys.modules);"
        "import aizuchi.edge, aizuchi.surfaces.discord.inbound;"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    loaded = json.loads(ran.stdout)
    others = [name for name in loaded if not name.startswith("aizuchi")]
    assert len(loaded) - len(others) <= 25
    assert len(others) <= 110
    assert {name.partition(".")[0] for name in others} <= STANDARD
