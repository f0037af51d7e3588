"""Slack keeps what every surface promises, and is read with little of Python."""

import json
import subprocess
import sys

import pytest
from tests.slack.payloads import (
    SECRET,
    THREAD,
    command_request,
    direct,
    event_request,
    mention,
    signed,
)

from aizuchi.markdown import units
from aizuchi.surfaces.slack.inbound import SlackSurface
from aizuchi.surfaces.slack.signing import SIGNATURE, TIMESTAMP
from aizuchi.testing.surface_contract import SURFACE_CONTRACT, Promise, Specimen
from aizuchi.testing.virtual_time import EPOCH

SPECIMEN = Specimen(
    package="aizuchi.surfaces.slack",
    surface=SlackSurface([SECRET]),
    unset=SlackSurface([""]),
    requests=[
        event_request(mention()),
        event_request(mention("<@U0LAN0Z89> 聞いて", ts="1515449523.000100", thread_ts=THREAD)),
        event_request(direct()),
        command_request(),
    ],
    now=EPOCH,
    security=[TIMESTAMP, SIGNATURE],
    sign=signed,
    measure=units,
)


@pytest.mark.parametrize("promise", SURFACE_CONTRACT, ids=lambda promise: promise.__name__)
def test_slack_keeps(promise: Promise) -> None:
    promise(SPECIMEN)


def test_reading_slack_loads_no_package_of_others() -> None:
    """It runs cold on a function: at most 25 modules of ours, 110 of the standard library."""
    script = (
        "import json, sys; before = set(sys.modules);"
        "import aizuchi.edge, aizuchi.surfaces.slack.inbound;"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    loaded = json.loads(ran.stdout)
    others = [name for name in loaded if not name.startswith("aizuchi")]
    assert len(loaded) - len(others) <= 25
    assert len(others) <= 110
    assert {name.partition(".")[0] for name in others} <= sys.stdlib_module_names
