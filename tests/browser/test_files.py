"""Pictures and texts go with a question: chosen, pasted or dropped, made small, shown again."""

import os
import re
import struct
import zlib
from base64 import b64decode, b64encode
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from tests.attachments.samples import SVG, png

from aizuchi.attachments import picture_type

from .chat import Chat
from .processes import Model
from .requirements import need_page
from .test_looks import grave_faults, overflows, ways
from .visits import Visits

CAT = png(64)
MOST_BYTES = 700_000
NAMES = {"en": ("Attach files", "Attached files"), "ja": ("ファイルを添付", "添付ファイル")}
DROP = """([name, type, content, event]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const field = document.getElementById('message');
  field.dispatchEvent(event === 'paste'
    ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(event, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(autouse=True)
def built() -> None:
    need_page()


def noise(side: int) -> bytes:
    """A picture that cannot be packed: so many pixels wide and high, in three bytes each."""
    rows = b"".join(b"\0" + os.urandom(3 * side) for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def choose(chat: Chat, *files: tuple[str, str, bytes], language: str = "en") -> None:
    """Chooses files by the button."""
    with chat.page.expect_file_chooser() as opening:
        chat.button(NAMES[language][0]).click()
    given: list[Any] = [
        {"name": name, "mimeType": kind, "buffer": content} for name, kind, content in files
    ]
    opening.value.set_files(given)


def waiting(chat: Chat, language: str = "en") -> Locator:
    """What is about to be sent."""
    form = chat.page.locator("form.composer")
    return form.get_by_role("list", name=NAMES[language][1]).get_by_role("listitem")


def sent(chat: Chat) -> Locator:
    """What stands with the last question."""
    return chat.questions.last.get_by_role("list", name="Attached files").get_by_role("listitem")


def images_of(model: Model) -> list[bytes]:
    """The pictures that the model was shown with the last question."""
    content = model.requests()[-1]["body"]["messages"][-1]["content"]
    parts = content if isinstance(content, list) else []
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    return [b64decode(url.partition(",")[2]) for url in urls]


def text_of(model: Model) -> str:
    content = model.requests()[-1]["body"]["messages"][-1]["content"]
    return content if isinstance(content, str) else content[0]["text"]


def is_drawn(picture: Locator) -> bool:
    drawn = "async (one) => { await one.decode(); return one.naturalWidth > 0 }"
    return bool(picture.evaluate(drawn))


def test_a_picture_is_sent_and_stands_there_after_a_reload(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    choose(chat, ("cat.png", "image/png", CAT))
    expect(waiting(chat)).to_have_count(1)
    chat.ask("What is this?")
    expect(waiting(chat)).to_have_count(0)
    assert images_of(model) == [CAT]
    assert is_drawn(sent(chat).get_by_role("img", name="cat.png"))
    chat.page.reload()
    chat.finished()
    picture = sent(chat).get_by_role("img", name="cat.png")
    assert is_drawn(picture)
    assert (picture.get_attribute("src") or "").startswith("/api/chat/")
    with chat.page.expect_download() as taking:
        sent(chat).get_by_role("link").click()
    assert taking.value.suggested_filename == "cat.png"
    assert taking.value.path().read_bytes() == CAT


def test_over_a_socket_it_is_the_same(visits: Visits, model: Model) -> None:
    model.script({"tokens": 5})
    chat = visits.open(over="websocket")
    choose(chat, ("cat.png", "image/png", CAT), ("notes.txt", "text/plain", b"Buy milk."))
    chat.ask("What is this?")
    assert images_of(model) == [CAT]
    assert "Buy milk." in text_of(model)


def test_pictures_are_made_small_enough(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    large = noise(1400)
    assert len(large) > 5_000_000
    choose(chat, *((f"{n}.png", "image/png", large) for n in range(3)))
    expect(waiting(chat)).to_have_count(3)
    chat.ask("What are these?")
    images = images_of(model)
    assert [picture_type(image) for image in images] == ["image/jpeg"] * 3
    assert 100_000 < sum(map(len, images)) <= MOST_BYTES


def test_what_is_too_large_is_told_and_not_sent(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    files = [("novel.txt", "text/plain", b"a" * 800_000), ("notes.txt", "text/plain", b"Buy milk.")]
    choose(chat, *files)
    expect(chat.page.get_by_text("Too large: novel.txt.")).to_be_visible()
    expect(waiting(chat)).to_have_text(["notes.txt"])
    chat.ask("What is this?")
    assert "Buy milk." in text_of(model)
    assert "aaaa" not in text_of(model)


def test_there_are_at_most_five(chat: Chat) -> None:
    choose(chat, *((f"{n}.txt", "text/plain", b"a") for n in range(4)))
    choose(chat, *((f"more {n}.txt", "text/plain", b"a") for n in range(3)))
    expect(waiting(chat)).to_have_count(5)
    expect(chat.page.get_by_text("At most 5 files go with a message.")).to_be_visible()


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped(event: str, chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    chat.page.evaluate(DROP, ["cat.png", "image/png", b64encode(CAT).decode(), event])
    expect(waiting(chat)).to_have_count(1)
    chat.ask("What is this?")
    assert images_of(model) == [CAT]


def test_it_shows_where_to_drop(chat: Chat) -> None:
    chat.page.evaluate(DROP, ["cat.png", "image/png", b64encode(CAT).decode(), "dragover"])
    expect(chat.page.get_by_placeholder("Drop files to attach them")).to_be_visible()
    chat.page.evaluate(DROP, ["cat.png", "image/png", b64encode(CAT).decode(), "dragleave"])
    expect(chat.page.get_by_placeholder("Message")).to_be_visible()


def test_a_file_is_taken_back_by_keyboard(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    choose(chat, ("cat.png", "image/png", CAT), ("dog.png", "image/png", CAT))
    chat.button("Take cat.png back").focus()
    chat.page.keyboard.press("Enter")
    expect(waiting(chat)).to_have_count(1)
    chat.ask("What is this?")
    assert len(images_of(model)) == 1
    expect(sent(chat).get_by_role("img", name="dog.png")).to_be_visible()


def test_a_picture_needs_no_words(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    expect(chat.send).to_be_disabled()
    choose(chat, ("cat.png", "image/png", CAT))
    expect(chat.send).to_be_enabled()
    chat.send.click()
    expect(chat.answers).to_have_count(1)
    chat.finished()
    assert images_of(model) == [CAT]
    assert text_of(model).endswith("[cat.png (image/png)]")


def test_an_edited_question_and_one_asked_again_keep_their_files(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    choose(chat, ("cat.png", "image/png", CAT))
    chat.ask("What is this?")
    chat.button("Regenerate").click()
    chat.finished()
    expect(chat.answers).to_have_count(1)
    assert [len(images_of(model)), len(model.requests())] == [1, 2]
    chat.page.reload()
    chat.finished()
    chat.button("Edit").click()
    chat.page.get_by_role("textbox", name="Edit your message").fill("Whose is it?")
    chat.button("Send again").click()
    expect(chat.questions).to_have_text(re.compile("Whose is it"))
    chat.finished()
    assert images_of(model) == [CAT]
    assert "Whose is it?" in text_of(model)
    expect(sent(chat)).to_have_count(1)


def test_a_drawing_in_text_is_text_and_does_nothing(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    choose(chat, ("<img src=x onerror=alert(1)>.svg", "image/svg+xml", SVG))
    chat.ask("What is this?")
    assert images_of(model) == []
    assert "<svg" in text_of(model)
    expect(sent(chat).get_by_role("img")).to_have_count(0)
    chat.page.reload()
    chat.finished()
    expect(sent(chat).get_by_role("link")).to_have_attribute("download", re.compile("svg"))


def test_a_model_that_cannot_see_is_told_of(chat: Chat, model: Model) -> None:
    model.script({"refuses_images": True, "tokens": 5})
    choose(chat, ("cat.png", "image/png", CAT))
    answer = chat.ask("What is this?")
    expect(answer).to_contain_text("The model that answers here cannot see pictures")
    assert len(model.requests()) == 2


@ways
def test_axe_finds_nothing_grave_about_files(
    language: str, dark: bool, width: int, visits: Visits, model: Model
) -> None:
    model.script({"tokens": 5})
    chat = visits.open(language, dark=dark, width=width)
    long = "とても長い名前の資料" * 8 + ".txt"
    files = [("cat.png", "image/png", CAT), (long, "text/plain", b"a")]
    choose(chat, *files, ("novel.txt", "text/plain", b"a" * 800_000), language=language)
    expect(waiting(chat, language)).to_have_count(2)
    assert grave_faults(chat.page) == []
    assert not overflows(chat.page)
    chat.ask("What is this?")
    assert grave_faults(chat.page) == []
    assert not overflows(chat.page)
