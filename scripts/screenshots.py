"""Makes pictures of the web chat: `python scripts/screenshots.py FOLDER [SCENE ...]`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from studio import PHONE, Studio, studio_in_order

PLAN = """Kyoto in a **quiet** weekend, away from the crowds:

### Saturday

1. **Morning:** walk the Philosopher's Path before nine, then *Hōnen-in*, whose gate is thatched.
2. **Midday:** soba in Ginkaku-ji's side streets.
3. **Evening:** the Kamo river, from Demachiyanagi downwards.

### Sunday, compared

| Place | Why | Crowded | Cost |
|:--|:--|:--|--:|
| Ōhara | moss gardens, tea | rarely | ¥700 |
| Takao | a valley of maples | in November | ¥800 |
| Uji | tea, and the river | at noon | ¥600 |

> Buses fill up early: the first one to Ōhara leaves at 7:10.

More at [the city's travel guide](https://kyoto.travel/en) when you have decided.
"""

SHORT_PLAN = PLAN.partition("\n> Buses")[0]

CODE = """Here is a small one. It lowers the case, so `Tea` and `tea` are the same word:

```python
import re
from collections import Counter


def count_words(text: str) -> Counter[str]:
    \"\"\"How often each word stands in a text.\"\"\"
    words = re.findall(r"\\w+", text.lower())  # letters and digits
    return Counter(words)


def test_words_are_counted_whatever_their_case() -> None:
    assert count_words("Tea, tea and TEA")["tea"] == 3
```

Run it with `pytest`; nothing else is needed.
"""

JAPANESE = """お茶とコーヒーは、どちらも**「目を覚ます」**飲み物ですが、効き方が違います。

| | お茶 | コーヒー |
|:--|:--|:--|
| カフェイン | 少なめ（約30mg） | 多め（約90mg） |
| 効き方 | **穏やか。**長く続く | 速い。短め |
| 香り | 若葉、海苔 | 焙煎香、果実 |

- **注意：**夜は、どちらも控えめにしてください。
- 迷ったら、朝はコーヒー、午後は*「ほうじ茶」*がおすすめです。
"""

SKY = """The sky looks blue because of **Rayleigh scattering**.

| light | wavelength | scattered |
|:--|--:|:--|
| blue | 450 nm | much |
| red | 700 nm | hardly |

Sunlight loses its short waves to all sides, so blue comes from wherever you look.
"""

SKY_JA = """空が青く見えるのは、**「レイリー散乱」**のためです。

| 光 | 波長 | 散らばり方 |
|:--|--:|:--|
| 青 | 約450nm | よく散らばる |
| 赤 | 約700nm | ほとんど散らばらない |

太陽の光が大気を通るとき、短い波長ほど散らばり、空のどこを見ても青い光が目に届きます。
"""

TOOL_STEPS: list[dict[str, Any]] = [
    {"type": "start", "messageId": "w" + "0" * 32},
    {
        "type": "data-heard",
        "id": "heard",
        "data": {"stage": "working", "text": "Reading kyoto.travel…"},
    },
    {"type": "start-step"},
    {
        "type": "data-step",
        "id": "s1",
        "data": {"title": "Searched for “autumn leaves Kyoto 2026”", "state": "done"},
    },
    {
        "type": "data-step",
        "id": "s2",
        "data": {"title": "Weather in Kyoto could not be read", "state": "failed"},
    },
    {
        "type": "data-step",
        "id": "s3",
        "data": {"title": "Reading kyoto.travel…", "state": "running"},
    },
]


def first(studio: Studio) -> Page:
    return studio.page()


def first_dark(studio: Studio) -> Page:
    return studio.page(color_scheme="dark")


def first_phone_ja(studio: Studio) -> Page:
    return studio.page(PHONE, locale="ja-JP", has_touch=True)


def light(studio: Studio) -> Page:
    page = studio.page()
    studio.answered(page, "Plan a quiet weekend in Kyoto", PLAN)
    return page


def dark_code(studio: Studio) -> Page:
    page = studio.page(color_scheme="dark")
    studio.answered(page, "Write a Python function that counts words, with a test", CODE)
    return page


def light_code(studio: Studio) -> Page:
    page = studio.page()
    studio.answered(page, "Write a Python function that counts words, with a test", CODE)
    return page


def phone(studio: Studio) -> Page:
    page = studio.page(PHONE, has_touch=True)
    studio.answered(page, "Plan a quiet weekend in Kyoto", PLAN)
    return page


def phone_code(studio: Studio) -> Page:
    page = studio.page(PHONE, has_touch=True, color_scheme="dark")
    studio.answered(page, "Write a Python function that counts words, with a test", CODE)
    return page


def japanese(studio: Studio) -> Page:
    page = studio.page(locale="ja-JP")
    studio.answered(page, "お茶とコーヒーを小さな表で比べてください", JAPANESE)
    return page


def japanese_phone(studio: Studio) -> Page:
    page = studio.page(PHONE, locale="ja-JP", has_touch=True)
    studio.answered(page, "お茶とコーヒーを小さな表で比べてください", JAPANESE)
    return page


def streaming(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(text=PLAN, pace=12)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.get_by_text("Midday").wait_for()
    return page


def thinking(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(text=PLAN, pace=20, first=8)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.get_by_text(re.compile("Thinking")).wait_for()
    page.wait_for_timeout(400)
    return page


def tool_step(studio: Studio) -> Page:
    """No model calls a tool here: the stream's chunks are played."""
    page = studio.page()
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in TOOL_STEPS)
    page.route(
        "**/api/chat",
        lambda route: route.fulfill(body=body, headers={"content-type": "text/event-stream"}),
    )
    page.route("**/api/chat/*", lambda route: None)
    studio.ask(page, "Where are the leaves red this weekend?")
    page.get_by_role("list", name="Steps").wait_for()
    page.wait_for_timeout(400)
    return page


def error(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(fail="503")
    studio.ask(page, "Where are the leaves red this weekend?")
    page.get_by_role("button", name="Regenerate").wait_for(timeout=60_000)
    page.wait_for_timeout(400)
    return page


def stopped(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(text=PLAN, pace=15)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.get_by_text("Midday").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Regenerate").wait_for()
    page.wait_for_timeout(300)
    return page


def compare_for_systems(studio: Studio) -> Page:
    return compared(studio, studio.page((1180, 620)), "Why is the sky blue?", SKY)


def compare_for_systems_ja(studio: Studio) -> Page:
    page = studio.page((1180, 620), locale="ja-JP")
    return compared(studio, page, "空はなぜ青い?", SKY_JA)


def compared(studio: Studio, page: Page, question: str, answer: str) -> Page:
    """A question, and its whole answer over both transports."""
    page.goto(f"{studio.address}/compare")
    studio.model_does(text=answer, pace=60, first=0.2)
    studio.ask(page, question)
    for log in page.get_by_role("log").all():
        expect(log).to_have_attribute("aria-busy", "false")
    return page


def reconnecting(studio: Studio) -> Page:
    page = studio.page()
    studio.model_does(text=PLAN, pace=15)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.get_by_text("Morning").wait_for()
    page.route("**/api/**", lambda route: route.abort())
    page.get_by_role("button", name="Kill the server").click()
    page.get_by_text("Reconnecting").wait_for()
    return page


def editing(studio: Studio) -> Page:
    page = studio.page()
    studio.answered(page, "Plan a quiet weekend in Kyoto", PLAN)
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit your message").wait_for()
    return page


def drawer(studio: Studio) -> Page:
    page = studio.page(PHONE, has_touch=True)
    page.get_by_role("button", name="Open the list of chats").click()
    page.wait_for_timeout(500)
    return page


def remove(studio: Studio) -> Page:
    page = studio.page(color_scheme="dark")
    studio.answered(page, "Plan a quiet weekend in Kyoto", PLAN)
    page.get_by_role("button", name="Delete").first.click()
    page.wait_for_timeout(300)
    return page


def files(studio: Studio) -> Page:
    page = studio.page()
    with_files(studio, page, "What do you make of these?", wait=True)
    return page


def files_dark_phone_ja(studio: Studio) -> Page:
    page = studio.page(PHONE, locale="ja-JP", has_touch=True, color_scheme="dark")
    with_files(studio, page, "この写真と資料について教えてください")
    return page


def files_phone(studio: Studio) -> Page:
    page = studio.page(PHONE, has_touch=True)
    with_files(studio, page, "What do you make of these?")
    return page


def files_ja(studio: Studio) -> Page:
    page = studio.page(locale="ja-JP")
    with_files(studio, page, "この写真と資料について教えてください", wait=True)
    return page


def files_dark(studio: Studio) -> Page:
    page = studio.page(color_scheme="dark")
    with_files(studio, page, "What do you make of these?", wait=True)
    return page


def with_files(studio: Studio, page: Page, question: str, *, wait: bool = False) -> None:
    """A question that was sent with files, and more that wait to be."""
    studio.model_does(text="A maple in a valley, and a list of what to buy: milk and tea.")
    picture = (Path(__file__).parents[1] / "docs" / "images" / "chat-ja.png").read_bytes()
    given: list[Any] = [
        {"name": "北山の紅葉.png", "mimeType": "image/png", "buffer": picture},
        {"name": "what-to-buy-before-we-leave.txt", "mimeType": "text/plain", "buffer": b"milk"},
    ]
    page.locator("input[type=file]").set_input_files(given)
    page.locator(".composer .files li").nth(1).wait_for()
    studio.ask(page, question)
    page.get_by_role("button", name=re.compile("Regenerate|再生成")).wait_for()
    large = {"name": "novel.txt", "mimeType": "text/plain", "buffer": b"a" * 800_000}
    page.locator("input[type=file]").set_input_files([*given, *([large] if wait else [])])
    page.locator(".composer .files li").nth(1).wait_for()
    page.wait_for_timeout(600)


def compare(studio: Studio) -> Page:
    page = studio.page()
    page.goto(f"{studio.address}/compare")
    studio.model_does(text=PLAN, pace=60)
    studio.ask(page, "Plan a quiet weekend in Kyoto")
    page.wait_for_timeout(2500)
    return page


def compare_first(studio: Studio) -> Page:
    page = studio.page(color_scheme="dark")
    page.goto(f"{studio.address}/compare")
    page.wait_for_timeout(300)
    return page


def for_readme(studio: Studio) -> Page:
    page = studio.page((1080, 800))
    studio.answered(page, "Plan a quiet weekend in Kyoto", SHORT_PLAN)
    return page


def for_readme_ja(studio: Studio) -> Page:
    page = studio.page((1080, 800), locale="ja-JP")
    studio.answered(page, "お茶とコーヒーを小さな表で比べてください", JAPANESE)
    return page


SCENES: tuple[Callable[[Studio], Page], ...] = (
    *(first, first_dark, first_phone_ja, light, light_code, dark_code, phone, phone_code),
    *(japanese, japanese_phone, streaming, thinking, tool_step, error, stopped, reconnecting),
    *(editing, drawer, remove, files, files_dark, files_ja, files_phone, files_dark_phone_ja),
    *(compare, compare_first, compare_for_systems, compare_for_systems_ja),
    *(for_readme, for_readme_ja),
)


def main(folder: Path, wanted: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with studio_in_order() as studio:
        for scene in SCENES:
            if wanted and scene.__name__ not in wanted:
                continue
            page = scene(studio)
            page.wait_for_timeout(350)
            page.screenshot(path=folder / f"{scene.__name__.replace('_', '-')}.png")
            page.context.close()
            print(scene.__name__)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
