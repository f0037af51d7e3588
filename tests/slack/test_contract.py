"""Slack keeps what every surface promises."""

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

from aizuchi.surfaces.slack.inbound import SlackSurface
from aizuchi.surfaces.slack.render import units
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
