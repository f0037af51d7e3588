"""A signing secret that is changed where it is kept counts without a restart."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import httpx2
import pytest
from tests.slack.house import ANSWER, House, speaking

from aizuchi.settings.keyring import AGAIN_AFTER_S, Keyring, Reading
from aizuchi.settings.secrets import Secret, Whence, read_secret
from aizuchi.surfaces.slack import opening


async def read_at_once(reading: Reading) -> Sequence[Secret]:
    """Simulated time knows no threads."""
    return reading()


@pytest.fixture
def secret(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the house keeps its signing secret."""
    monkeypatch.setattr(opening, "Keyring", partial(Keyring, read=read_at_once))
    file = tmp_path / "signing-secret"
    file.write_text(house.slack.signing_secret)
    house.set(signing_secret=read_secret("file:signing-secret", Whence({}, tmp_path)))
    return file


def rotate(house: House, text: str, secret: Path | None = None) -> None:
    """From now on Slack signs with another secret, which may stand in our file too."""
    assert house.app
    if secret:
        secret.write_text(text)
    house.slack.signing_secret = text
    web = httpx2.AsyncClient(transport=httpx2.ASGITransport(house.app.asgi))
    house.slack.deliver_to(web, "http://bot/slack/events")


async def test_the_first_message_that_is_signed_anew_is_answered(
    house: House, secret: Path
) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        before = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(AGAIN_AFTER_S)
        rotate(house, "another", secret)
        after = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        rotate(house, "a third")
        stale = await house.ann.mentions("Is it so?", house.slack.general)
    assert [*before.statuses, *after.statuses, *stale.statuses] == [200, 200, 401]
    assert house.answers(before) == house.answers(after) == [ANSWER]


async def test_what_is_signed_by_somebody_else_is_not_answered(house: House, secret: Path) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        await house.rest(AGAIN_AFTER_S)
        forged = await house.ann.mentions("So?", house.slack.general, bad_signature=True)
        good = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert [*forged.statuses, *good.statuses] == [401, 200]
    assert house.answers(forged) == []
    assert house.answers(good) == [ANSWER]
