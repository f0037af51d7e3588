"""Pages: nothing is lost, nothing is torn, and what is closed never changes."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from aizuchi.markdown import LEAST_PAGE, Measure, pages, with_line

PARAGRAPH = "The quick brown fox jumps over the lazy dog, and goes home. "
CODE = "for number in range(10):\n    print(number)\n\n"

CLUSTERS = ["e\u0301", "か\u3099", "👩\u200d💻", "👍🏽", "🇯🇵", "\u2764\ufe0f", "x"]

words = st.text("ab, .!", max_size=60)
japanese = st.text("日本語。、「」カナー\n", max_size=80)
odd = st.text("e\u0301か\u3099👍🏽👩\u200d💻🇯🇵\ufe0f \n`~>-\t", max_size=60)
marks = st.sampled_from(
    [
        "```",
        "```py",
        "````",
        "~~~",
        "  ```",
        "- ```sh",
        "    ```",
        "> ```",
        "```a`b```",
        "``",
        "---",
    ]
)
tables = st.builds(
    lambda columns, rows, cell, gap: "\n".join(
        [
            "| " + " | ".join(f"head {number}" for number in range(columns)) + " |",
            "|" + "---|" * columns,
            *(("| " + cell) * columns + " |" for _ in range(rows)),
            gap,
        ]
    ),
    st.integers(1, 4),
    st.integers(0, 30),
    st.sampled_from(["a", "日本語", "x" * 90, "a \\| b", ""]),
    st.sampled_from(["", "  ", "After.", "```", "|", "| other |"]),
)
long_lines = st.builds(
    lambda piece, times: piece * times, st.text("ab日。 `", min_size=1), st.just(400)
)
blocks = st.one_of(
    words,
    japanese,
    odd,
    marks,
    st.just(""),
    st.just(PARAGRAPH * 3),
    st.just(CODE * 4),
    tables,
    st.builds(lambda code: f"```js\n{code}\n```", words),
    long_lines,
)
markdown = st.lists(blocks, max_size=12).map("\n".join)
sizes = st.integers(LEAST_PAGE, 700)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


measures = st.sampled_from([len, utf16, utf8])


@given(markdown, sizes, measures)
@example(";" * 19 + "\n```" + "A sentence. " * 60, 256, len)
@example(" ```x\n" + "x" * 244 + "\n \n", 256, len)
def test_no_page_is_longer_than_its_limit(text: str, size: int, measure: Measure) -> None:
    assert all(measure(page) <= size for page in pages(text, size, measure=measure))


@given(markdown, sizes, measures, st.data())
def test_a_page_that_is_followed_by_another_never_changes(
    text: str, size: int, measure: Measure, data: st.DataObject
) -> None:
    beginning = text[: data.draw(st.integers(0, len(text)))]

    early = pages(beginning, size, measure=measure)

    assert early[:-1] == pages(text, size, measure=measure)[: max(0, len(early) - 1)]


@given(markdown, sizes, measures, st.data())
def test_a_growing_page_is_a_beginning_of_what_it_becomes(
    text: str, size: int, measure: Measure, data: st.DataObject
) -> None:
    beginning = text[: data.draw(st.integers(0, len(text)))]
    whole = pages(text, size, measure=measure)

    growing = pages(beginning, size, measure=measure, growing=True)

    assert growing[:-1] == whole[: max(0, len(growing) - 1)]
    assert not growing or whole[len(growing) - 1].startswith(growing[-1])


@given(markdown, sizes)
def test_no_character_is_lost(text: str, size: int) -> None:
    plain = text.replace("`", "").replace("~", "").replace("|", "")

    joined = "".join(pages(plain, size))

    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", plain)


@given(st.lists(st.one_of(words, japanese, st.just(PARAGRAPH)), max_size=60), sizes)
def test_no_character_of_code_is_lost(lines: list[str], size: int) -> None:
    code = "".join(f"{line}\n" for line in lines if line.strip())
    cut = pages(f"```py\n{code}```", size) if code else []

    inner = [page.removeprefix("```py\n").removesuffix("```").removesuffix("\n") for page in cut]

    assert re.sub(r"\n", "", "".join(inner)) == re.sub(r"\n", "", code)


@given(st.lists(st.one_of(words, japanese, st.just(PARAGRAPH * 3)), max_size=30), sizes)
def test_every_page_has_its_code_blocks_closed(pieces: list[str], size: int) -> None:
    text = "\n\n".join(f"```py\n{piece}\n```\n\n{piece}" for piece in pieces)

    for page in pages(text, size):
        opened = page.count("```py")
        assert page.count("```") == 2 * opened


@given(st.lists(st.sampled_from([PARAGRAPH, CODE, "日本語の文です。" * 9]), max_size=30), sizes)
def test_a_parser_finds_the_same_code_on_the_pages_as_in_the_text(
    pieces: list[str], size: int
) -> None:
    text = "\n\n".join(
        f"{piece}\n\n- item\n  ```sh\n  {piece.strip()}\n  ```\n" for piece in pieces
    )

    assert _code(pages(text, size)) == _code([text])


@given(st.integers(1, 200), sizes, st.sampled_from(["> ", "- ", "12. ", "- - - ", ""]))
def test_code_in_a_list_or_a_quotation_stays_code_on_every_page(
    lines: int, size: int, lead: str
) -> None:
    indent = lead if lead == "> " else " " * len(lead)
    code = "".join(f"{indent}line {number};\n" for number in range(lines))
    text = f"{lead}```js\n{code}{indent}```\n\nThe end."

    assert _code(pages(text, size)) == _code([text])


def _code(texts: list[str]) -> str:
    tokens = [token for text in texts for token in MarkdownIt().parse(text)]
    return re.sub(r"\s", "", "".join(token.content for token in tokens if token.type == "fence"))


@given(st.integers(1, 40), st.integers(1, 5), sizes)
def test_a_parser_finds_the_rows_of_a_table_on_the_pages_as_in_the_text(
    rows: int, columns: int, size: int
) -> None:
    head = ["| " + " | ".join(f"n{number}" for number in range(columns)) + " |", "|:-:" * columns]
    body = [" | ".join(f"r{row}c{column}" for column in range(columns)) for row in range(rows)]
    text = "\n".join(["Before.", "", *head, *(f"| {line} |" for line in body), "", "After."])

    cut = pages(text, size)

    cells = [cell for page in cut for cell in _cells(page) if cell.startswith("r")]
    assert cells == [f"r{row}c{column}" for row in range(rows) for column in range(columns)]


def _cells(page: str) -> list[str]:
    tokens = MarkdownIt().enable("table").parse(page)
    inside = [at + 1 for at, token in enumerate(tokens) if token.type in ("th_open", "td_open")]
    return [tokens[at].content for at in inside]


def test_a_cut_table_goes_on_under_its_head() -> None:
    head = "| name | number |\n|:---|---:|\n"
    rows = "".join(f"| line | {number} |\n" for number in range(60))

    first, *rest = pages(f"Before.\n\n{head}{rows}\nAfter.", 300)

    assert first.startswith(f"Before.\n\n{head}| line | 0 |\n")
    assert len(rest) > 2
    assert all(page.startswith(f"{head}| line | ") for page in rest)
    assert rest[-1].endswith("|\n\nAfter.")


def test_what_only_looks_like_a_table_is_not_repeated() -> None:
    text = "| a | b |\n|---|\n" + "| c | d |\n" * 60

    assert sum(page.count("a | b") for page in pages(text, 300)) == 1


def test_the_head_of_a_table_stays_with_its_first_row() -> None:
    for length in range(150, 256):
        cut = pages(f"{'x' * length}\n\n| a | b |\n|---|---|\n" + "| c | d |\n" * 20, 256)

        assert all("---|\n| c" in page for page in cut if "---" in page)


def test_a_head_that_would_fill_every_page_is_not_repeated() -> None:
    head = f"| {'wide ' * 20}|\n|---|\n"

    cut = pages(head + "| row |\n" * 100, 300)

    assert sum(page.count("---") for page in cut) == 1


def test_after_a_table_nothing_is_put_under_its_head() -> None:
    rows = "| a | b |\n|---|---|\n" + "| c | d |\n" * 22

    cut = pages(f"{rows}\n{PARAGRAPH * 10}", 256)

    assert sum(page.count("---|---") for page in cut) == 1


@given(st.lists(st.sampled_from(CLUSTERS), max_size=60), sizes)
def test_no_character_is_torn(clusters: list[str], size: int) -> None:
    borders = {0}
    text = ""
    for cluster in clusters * 9:
        text += cluster
        borders.add(len(text))

    at = 0
    for page in pages(text, size):
        at += len(page)
        assert at in borders


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_a_cluster_stays_on_one_page(cluster: str) -> None:
    text = "x" + cluster * 400

    for page in pages(text, LEAST_PAGE):
        assert page.removeprefix("x") == cluster * (len(page.removeprefix("x")) // len(cluster))


def test_an_answer_that_fits_is_one_page_as_it_is() -> None:
    assert pages("Hello **you**.\n\n- a\n- b", 2000) == ["Hello **you**.\n\n- a\n- b"]


def test_nothing_has_no_page() -> None:
    assert pages(" \n\n ", 2000) == []
    assert pages("", 2000, growing=True) == []


def test_a_page_ends_at_a_paragraph_where_one_is_near() -> None:
    first, second = "a" * 450, "b" * 100

    assert pages(f"{first}\n\n{second}", 500) == [first, second]


def test_japanese_text_is_cut_after_a_sentence() -> None:
    sentence = "これは相槌の話です。"

    cut = pages(sentence * 60, 500)

    assert all(page.endswith("。") for page in cut)
    assert "".join(cut) == sentence * 60


def test_a_closing_quote_stays_with_its_sentence() -> None:
    cut = pages("「はい、聞いています。」" * 60, 500)

    assert all(page.endswith("」") for page in cut)


def test_a_cut_code_block_is_closed_and_opened_again() -> None:
    code = "".join(f"line {number}\n" for number in range(60))

    first, *rest = pages(f"```python\n{code}```", 300)

    assert first.startswith("```python\nline 0\n")
    assert first.endswith("\n```")
    assert all(page.startswith("```python\nline ") and page.endswith("\n```") for page in rest)


def test_code_of_a_list_item_goes_on_outside_the_list() -> None:
    code = "".join(f"   line {number}\n" for number in range(60))

    _, second, *_ = pages(f"1. First\n   ```sh\n{code}   ```\n2. Second", 300)

    assert second.startswith("```sh\nline ")
    assert "\n   line" not in second


def test_no_empty_code_block_begins_a_page() -> None:
    for length in range(200, 320):
        cut = pages(f"```\n{'x' * 99}\n{'y' * (length - 100)}\n```\n\nThe end.", 256)

        assert "```\n```" not in cut[-1]


def test_a_page_too_small_for_code_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        pages("text", LEAST_PAGE - 1)


@given(markdown)
@example("```")
@example("```py\nprint(")
@example("- ```\n  a")
def test_our_line_is_a_paragraph_of_its_own(text: str) -> None:
    whole = with_line(text, "Stopped.")

    assert whole == "Stopped." or whole.startswith(text)
    assert whole.endswith("Stopped.")
    tokens = MarkdownIt().parse(with_line("```py\nprint(", "Stopped."))
    assert [token.content for token in tokens if token.type == "inline"] == ["Stopped."]


def test_no_line_of_ours_leaves_the_text_as_it_is() -> None:
    assert with_line("Hello ", "") == "Hello "


@settings(deadline=None, max_examples=5)
@given(st.just("word " * 200_000))
def test_a_very_long_text_is_cut_in_one_pass(text: str) -> None:
    cut = pages(text, 2000)

    assert sum(map(len, cut)) + len(cut) >= len(text.rstrip())
    assert not any(unicodedata.combining(page[0]) for page in cut)
