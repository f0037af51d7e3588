"""Files that a person attaches in the chat, or a program sends along: kept with their message,
shown to the model, shown again to their person, and to nobody else."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from openai import BadRequestError
from tests.attachments.samples import JPEG, PDF, PNG, SVG
from tests.web.house import Person, house
from tests.web.test_facade import openai
from tests.worker.office import ScriptedModel, saying

from aizuchi.events import Picture
from aizuchi.ports import PromptMessage
from aizuchi.surfaces.web.files import Data, data_in

SEEN = Picture("image/png", PNG)


def data(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"


def part(content: bytes = PNG, name: str = "cat.png", kind: str = "image/png") -> dict[str, Any]:
    """A file as the stock client sends it."""
    return {"type": "file", "mediaType": kind, "filename": name, "url": data(content, kind)}


def sending(
    person: Person, *files: dict[str, Any], text: str = "What is this?", **more: str
) -> Any:
    """The body with which the stock client sends files: before the words."""
    body = person.sending(text, **more)
    body["messages"][-1]["parts"] = [*files, *([body["messages"][-1]["parts"][0]] if text else [])]
    return body


async def ask(person: Person, *files: dict[str, Any], **more: str) -> None:
    response = await person.request("POST", "/api/chat", json=sending(person, *files, **more))
    assert response.status == 200, response.text


def shown(model: ScriptedModel) -> PromptMessage:
    """The question that the model was asked last."""
    return [line for line in model.prompts[-1] if line.role == "user"][-1]


async def test_a_file_reaches_the_model_and_stands_in_the_history(tmp_path: Path) -> None:
    model = ScriptedModel(saying("A cat."))
    async with house(tmp_path, model) as home:
        person = home.person()
        await ask(person, part(), part(b"Buy milk.", "notes.txt", "text/plain"))
        question, answer = await person.history()
        pictures = [await person.request("GET", each["url"]) for each in question["parts"][:2]]
        chats = (await person.request("GET", "/api/chats")).json()["chats"]
    assert shown(model).images == (SEEN,)
    assert "```\nBuy milk.\n```" in shown(model).text
    cat, notes, words = question["parts"]
    assert words == {"type": "text", "text": "What is this?"}
    assert (cat["filename"], cat["mediaType"]) == ("cat.png", "image/png")
    assert (notes["filename"], notes["mediaType"]) == ("notes.txt", "text/plain")
    assert [each["type"] for each in answer["parts"]] == ["text"]
    assert [each.body for each in pictures] == [PNG, b"Buy milk."]
    assert chats[0]["title"] == "What is this?"


async def test_a_file_may_come_without_words(tmp_path: Path) -> None:
    model = ScriptedModel(saying("A cat."))
    async with house(tmp_path, model) as home:
        person = home.person()
        await ask(person, part(), text="")
        (question, _) = await person.history()
    assert shown(model).text == "[cat.png (image/png)]"
    assert [each["type"] for each in question["parts"]] == ["file"]


@pytest.mark.parametrize(
    ("content", "name", "kind", "served"),
    [
        (PNG, "cat.png", "image/png", "image/png"),
        (JPEG, "cat.png", "image/png", "image/jpeg"),
        (SVG, "cat.svg", "image/svg+xml", "application/octet-stream"),
        (b"<script>alert(1)</script>", "x.html", "text/html", "application/octet-stream"),
        (PDF, "x.pdf", "application/pdf", "application/octet-stream"),
        (b"<script>", "cat.png", "image/png", "application/octet-stream"),
    ],
)
async def test_only_pictures_are_shown_and_nothing_runs(
    content: bytes, name: str, kind: str, served: str, tmp_path: Path
) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        await ask(person, part(content, name, kind))
        question, _ = await person.history()
        file = await person.request("GET", question["parts"][0]["url"])
    assert file.body == content
    assert file.headers["content-type"] == served
    assert file.headers.get("content-disposition") == (
        None if served.startswith("image/") else "attachment"
    )
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].startswith("default-src 'none'")
    assert file.headers["cache-control"] == "no-store"


async def test_nobody_else_is_shown_a_file(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await ask(home.person("ann"), part())
        question, _ = await home.person("ann").history()
        url = question["parts"][0]["url"]
        others = [
            await home.person("bob").request("GET", url),
            await home.client().request("GET", url),
        ]
        taken = await home.person("bob").request(
            "POST", "/api/chat", json=sending(home.person("bob"), question["parts"][0], chat="c2")
        )
        bobs = await home.person("bob").history("c2")
        theirs = await home.person("bob").request("GET", bobs[0]["parts"][0]["url"])
    assert [response.status for response in others] == [404, 401]
    assert taken.status == 200
    assert "could not get cat.png" in str(bobs[-1])
    assert theirs.status == 404


@pytest.mark.parametrize("key", ["w0/0", f"w{'0' * 32}/0", f"w{'0' * 32}/x", "..%2f..%2fx/0"])
async def test_there_is_nothing_where_no_file_is(key: str, tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        response = await home.person().request("GET", f"/api/chat/c1/file/{key}")
    assert response.status == 404


async def test_a_second_delivery_attaches_and_another_file_does_not(tmp_path: Path) -> None:
    model = ScriptedModel(saying("A cat."))
    async with house(tmp_path, model) as home:
        person = home.person()
        await ask(person, part())
        await ask(person, part())
        assert len(model.prompts) == 1
        await ask(person, part(JPEG), messageId="m1")
    assert len(model.prompts) == 2


async def test_a_question_is_asked_again_with_its_files(tmp_path: Path) -> None:
    """As the client has it in this session, and as it has it from the history."""
    model = ScriptedModel(saying("A cat."))
    async with house(tmp_path, model) as home:
        person = home.person()
        await ask(person, part())
        await ask(person, part(), trigger="regenerate-message")
        question, _ = await person.history()
        await ask(person, question["parts"][0], trigger="regenerate-message")
        history = await person.history()
        file = await person.request("GET", history[0]["parts"][0]["url"])
    assert len(model.prompts) == 3
    assert {line.images for prompt in model.prompts for line in prompt} == {(SEEN,)}
    assert len(history) == 2
    assert file.body == PNG


async def test_a_deleted_chat_takes_its_files(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        await ask(person, part(PNG + b"canary-7e1f"))
        question, _ = await person.history()
        await person.request("DELETE", "/api/chat/c1")
        gone = await person.request("GET", question["parts"][0]["url"])
    assert gone.status == 404
    assert b"canary-7e1f" not in (tmp_path / "aizuchi.db").read_bytes()


async def test_what_is_taken_away_names_the_files(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        await ask(person, part())
        everything = (await person.request("GET", "/api/export")).json()
        chat = (await person.request("GET", "/api/chat/c1/export")).text
    assert everything["messages"][0]["files"] == ["cat.png"]
    assert "What is this?\n[cat.png (image/png)]" in chat


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example/cat.png",
        "http://127.0.0.1:8765/api/chats",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "/api/chat/c1/file/1/0",
        "data:image/png;base64,!!!",
        "data:image/png;base64",
        "blob:http://127.0.0.1:8765/x",
        "",
        None,
        7,
    ],
)
async def test_what_lies_elsewhere_is_refused(url: Any, tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        body = sending(person, {**part(), "url": url})
        response = await person.request("POST", "/api/chat", json=body)
    assert response.status == 400
    assert response.text == "I fetch no files from elsewhere. Attach the file itself."


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("data:,", Data("text/plain", b"")),
        ("data:,a%20b", Data("text/plain", b"a b")),
        ("data:text/csv;charset=utf-8;base64,YQ==", Data("text/csv", b"a")),
        ("data:image/svg+xml;utf8,<svg/>", Data("image/svg+xml", b"<svg/>")),
        ("data:;base64,YQ==", Data("text/plain", b"a")),
        ("data:;base64;base64,YQ==", Data("text/plain", b"a")),
        ("data:a" + ";x" * 50_000, None),
        ("data:" + ";base64" * 50_000 + "!", None),
        (" data:,", None),
        ("DATA:,", None),
    ],
)
def test_a_data_address_is_read(url: str, found: Data | None) -> None:
    assert data_in(url) == found


# ── programs ──


def image(content: bytes = PNG) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": data(content), "detail": "low"}}


async def test_a_program_s_images_stand_in_their_lines(tmp_path: Path) -> None:
    model = ScriptedModel(saying("A cat."))
    lines: list[Any] = [
        {"role": "user", "content": [{"type": "text", "text": "Look."}, image()]},
        {"role": "tool", "content": "left out", "tool_call_id": "1"},
        {"role": "assistant", "content": "I do."},
        {"role": "user", "content": [image(JPEG)]},
    ]
    async with house(tmp_path, model) as home, openai(home) as ai:
        got = await ai.chat.completions.create(model="aizuchi", messages=lines)
    assert got.choices[0].message.content == "A cat. "
    assert [(line.text, line.images) for line in model.prompts[0]] == [
        ("Look.", (SEEN,)),
        ("I do.", ()),
        ("", (Picture("image/jpeg", JPEG),)),
    ]


async def test_nothing_of_a_program_s_image_stays(tmp_path: Path) -> None:
    asked: list[Any] = [{"role": "user", "content": [image(PNG + b"canary-7e1f")]}]
    async with house(tmp_path) as home, openai(home) as ai:
        await ai.chat.completions.create(model="aizuchi", messages=asked)
    assert b"canary-7e1f" not in (tmp_path / "aizuchi.db").read_bytes()


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://evil.example/a.png"}},
            "fetch no images",
        ),
        ({"type": "image_url", "image_url": "http://127.0.0.1:8765/metrics"}, "fetch no images"),
        ({"type": "input_image", "image_url": "file:///etc/passwd"}, "fetch no images"),
        (image(SVG), "none of PNG"),
        (image(PDF), "none of PNG"),
        ({"type": "image_url", "image_url": None}, "cannot read"),
        ({"type": "file", "file": {"file_data": data(PDF)}}, "cannot read"),
    ],
)
async def test_an_image_that_is_not_there_is_refused(
    part: dict[str, Any], why: str, tmp_path: Path
) -> None:
    model = ScriptedModel(saying("A cat."))
    async with house(tmp_path, model) as home, openai(home) as ai:
        asked: list[Any] = [{"role": "user", "content": [{"type": "text", "text": "Hm?"}, part]}]
        with pytest.raises(BadRequestError) as refused:
            await ai.chat.completions.create(model="aizuchi", messages=asked)
    assert why in str(refused.value)
    assert model.prompts == []


async def test_only_people_show_images(tmp_path: Path) -> None:
    asked: list[Any] = [
        {"role": "assistant", "content": [image()]},
        {"role": "user", "content": "?"},
    ]
    async with house(tmp_path) as home, openai(home) as ai:
        with pytest.raises(BadRequestError, match="only a message of the user"):
            await ai.chat.completions.create(model="aizuchi", messages=asked)
