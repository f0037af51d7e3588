"""A model is shown pictures in the question, and a refusal of them is told apart from others."""

import pytest
from tests.attachments.samples import JPEG, PNG
from tests.models.endpoint import asking, endpoint, parts_of, whole

from aizuchi.attachments import data_url
from aizuchi.errors import (
    ContentFiltered,
    ContextOverflow,
    ModelError,
    ModelKeyRefused,
    ModelNotFound,
    ModelRateLimited,
    ModelRequestRefused,
    ModelUnavailable,
    PicturesRefused,
)
from aizuchi.events import Picture
from aizuchi.ports import PromptMessage
from aizuchi.simulator.model import Behaviour, fake_model

pytestmark = pytest.mark.real_time

PICTURES = (Picture("image/png", PNG), Picture("image/jpeg", JPEG))
SHOWN = (PromptMessage("user", "What is this?", images=PICTURES),)


async def test_pictures_follow_the_words_as_data() -> None:
    async with fake_model() as model, asking(model.base_url) as asked:
        await parts_of(asked, *SHOWN)
        (received,) = model.received
    text, *images = received.body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is this?"}
    assert [image["image_url"]["url"] for image in images] == [*map(data_url, PICTURES)]
    assert data_url(PICTURES[1]).startswith("data:image/jpeg;base64,/9j/")


async def test_pictures_need_no_words() -> None:
    async with fake_model() as model, asking(model.base_url) as asked:
        await parts_of(asked, PromptMessage("user", "", images=PICTURES[:1]))
        (received,) = model.received
    assert [part["type"] for part in received.body["messages"][0]["content"]] == ["image_url"]


async def test_a_model_that_cannot_see_says_so() -> None:
    async with fake_model() as model, asking(model.base_url) as asked:
        model.script(Behaviour(refuses_images=True))
        with pytest.raises(PicturesRefused):
            await parts_of(asked, *SHOWN)
        await parts_of(asked)
    assert len(model.received) == 2


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (
            400,
            "Invalid content type. image_url is only supported by certain models",
            PicturesRefused,
        ),
        (400, "messages[0].content must be a string", PicturesRefused),
        (422, "unknown variant `image_url`, expected `text`", PicturesRefused),
        (400, "At most 0 image(s) may be provided in one request.", PicturesRefused),
        (404, "No endpoints found that support image input", PicturesRefused),
        (
            500,
            "image input is not supported - hint: you may need to provide the mmproj",
            PicturesRefused,
        ),
        (413, "Request Entity Too Large", PicturesRefused),
        (400, "no reason at all", PicturesRefused),
        (400, "This model's maximum context length is 4096 tokens", ContextOverflow),
        (400, "content_policy_violation in an image", ContentFiltered),
        (404, "The model `x` does not exist", ModelNotFound),
        (401, "the image of your key is blurred", ModelKeyRefused),
        (429, "too many images a minute", ModelRateLimited),
        (500, "The server had an error", ModelUnavailable),
        (503, "image backend overloaded", ModelUnavailable),
    ],
)
async def test_what_was_refused_is_told_apart(
    status: int, said: str, kind: type[ModelError]
) -> None:
    answer = whole(said.encode(), f"{status} No")
    async with endpoint(answer) as served, asking(served.base_url) as asked:
        with pytest.raises(ModelError) as caught:
            await parts_of(asked, *SHOWN)
    assert type(caught.value) is kind


async def test_without_pictures_none_is_to_blame() -> None:
    answer = whole(b"messages[0].content must be a string, not image_url", "400 No")
    async with endpoint(answer) as served, asking(served.base_url) as asked:
        with pytest.raises(ModelRequestRefused):
            await parts_of(asked)
