"""Makes the README's moving picture: `python scripts/moving_picture.py FILE.webp [en|ja]`.

The real server, under `aizuchi dev`, is killed in mid-answer by the button in the page, and the
picture goes on until that same answer has ended.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page
from studio import Studio, studio_in_order

SIZE = (800, 640)
WIDTH = 720
EVERY_S = 0.1
LAST_MS = 2500
QUALITY = 60
HAIR_SPACE = "\u200a"  # the model says a text word by word, and Japanese has no spaces
# A ring round the button stands for the hand that presses it.
POINTER = """(button) => {
  const { x, y, width, height } = button.getBoundingClientRect();
  const ring = document.createElement('div');
  ring.id = 'pointer';
  ring.style.cssText = `position: fixed; z-index: 9; pointer-events: none; border-radius: 99px;
    left: ${x - 5}px; top: ${y - 5}px; width: ${width + 4}px; height: ${height + 4}px;
    border: 3px solid #c2410c; box-shadow: 0 0 0 5px #c2410c33`;
  document.body.append(ring);
}"""


class Scene(NamedTuple):
    """What is asked, and what is answered."""

    locale: str
    question: str
    answer: str


SCENES = {
    "en": Scene(
        "en-GB",
        "Where does the word “aizuchi” come from?",
        """*Aizuchi* (相槌) comes from the **smithy**:

1. The master strikes the iron with a small hammer, *tsuchi*.
2. The apprentice answers **each** blow with one of his own.
3. Neither may miss a beat, or the blade is lost.

So the second hammer's “I am with you” became the word for the small *uh-huh* of a good listener.
It says: **I heard you, go on.**""",
    ),
    "ja": Scene(
        "ja-JP",
        "「相槌」という言葉の由来を教えてください",
        """「相槌」は、もともと**鍛冶場**の|言葉です。

1. 師匠が|小さな槌で、|熱い鉄を|打ちます。
2. 弟子が、|その**ひと打ちごと**に|槌を合わせます。
3. どちらかの|拍子が|乱れると、|刃は|仕上がりません。

この|「あなたと|一緒に|います」|という|二つめの|槌の音が、
やがて|聞き手の|短い返事を|表すように|なりました。
つまり|**「聞いています。|続けてください」**|という|合図です。""".replace("|", HAIR_SPACE),
    ),
}


class Shot(NamedTuple):
    """The screen at a moment, in seconds."""

    at: float
    picture: bytes


class Camera:
    """Looks at a page again and again, until what it waits for is there."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.shots: list[Shot] = []

    def record_until(self, words: str) -> None:
        sight = self._page.get_by_text(re.compile(words)).first
        while not sight.is_visible():
            self.record()

    def record_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.record()

    def record(self) -> None:
        begun = time.monotonic()
        self.shots.append(Shot(begun, self._page.screenshot(scale="css")))
        self._page.wait_for_timeout(max(0.0, EVERY_S - (time.monotonic() - begun)) * 1000)


def film(studio: Studio, scene: Scene, pace: float) -> list[Shot]:
    """From the question, over the pressed button, to the end of the same answer."""
    page = studio.page(SIZE, locale=scene.locale)
    camera = Camera(page)
    studio.model_does(text=scene.answer, pace=pace, first=0.3)
    page.wait_for_timeout(1000)
    camera.record_for(0.5)
    studio.ask(page, scene.question)
    camera.record_until("apprentice|弟子")
    press(page, camera)
    camera.record_until("Reconnecting|再接続")
    camera.record_for(0.8)
    page.locator("#pointer").evaluate("(ring) => ring.remove()")
    camera.record_until("go on\\.|続けてください")
    page.get_by_role("button", name=re.compile("Regenerate|再生成")).wait_for()
    camera.record_for(0.3)
    return camera.shots


def press(page: Page, camera: Camera) -> None:
    button = page.get_by_role("button", name=re.compile("Kill the server|強制終了"))
    button.evaluate(POINTER)
    camera.record_for(0.5)
    button.click()


def develop(shots: list[Shot], path: Path) -> None:
    """Writes the shots as one picture that moves; a screen that stands still is kept once."""
    kept = list(changing(shots))
    ends = [*(shot.at for shot in kept[1:]), kept[-1].at + LAST_MS / 1000]
    first, *others = [small(shot.picture) for shot in kept]
    lasting = [round((end - shot.at) * 1000) for shot, end in zip(kept, ends, strict=True)]
    first.save(path, save_all=True, append_images=others, duration=lasting, loop=0, quality=QUALITY)
    print(
        f"{path}: {len(kept)} pictures, {sum(lasting) / 1000:.1f} s, {path.stat().st_size:,} bytes"
    )


def changing(shots: list[Shot]) -> Iterator[Shot]:
    before = b""
    for shot in shots:
        if shot.picture != before:
            yield shot
        before = shot.picture


def small(picture: bytes) -> Image.Image:
    image = Image.open(BytesIO(picture)).convert("RGB")
    height = round(image.height * WIDTH / image.width)
    return image.resize((WIDTH, height), Image.Resampling.LANCZOS)


def main(path: Path, language: str = "en") -> None:
    with studio_in_order() as studio:
        develop(film(studio, SCENES[language], pace=13), path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
