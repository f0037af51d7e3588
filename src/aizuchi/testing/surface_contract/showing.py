"""Promises about what is shown: all of it, on pages that fit and do not change."""

from hypothesis import strategies as st

from aizuchi.testing.surface_contract.specimen import Specimen, for_all


def no_page_is_longer_than_the_platform_takes(specimen: Specimen) -> None:
    def fit(markdown: str) -> None:
        for page in specimen.surface.render(markdown):
            assert specimen.measure(page) <= specimen.plug.limits.page_chars
            assert page.strip(), "no message is empty"

    for_all(fit, _markdown(specimen))


def closed_pages_never_change(specimen: Specimen) -> None:
    def keep(markdown: str, part: float) -> None:
        early = list(specimen.surface.render(markdown[: int(len(markdown) * part)]))
        whole = list(specimen.surface.render(markdown))
        assert early[:-1] == whole[: max(0, len(early) - 1)]

    for_all(keep, _markdown(specimen), st.floats(0, 1))


def a_streamed_page_only_grows(specimen: Specimen) -> None:
    if not specimen.plug.limits.stream_s:
        return

    def grow(markdown: str, part: float) -> None:
        beginning = markdown[: int(len(markdown) * part)]
        growing = list(specimen.surface.render(beginning, growing=True))
        whole = list(specimen.surface.render(markdown))
        assert growing[:-1] == whole[: max(0, len(growing) - 1)]
        assert not growing or whole[len(growing) - 1].startswith(growing[-1])

    for_all(grow, _markdown(specimen), st.floats(0, 1))


def no_word_is_lost(specimen: Specimen) -> None:
    count = specimen.plug.limits.page_chars // 3 if specimen.plug.limits.page_chars < 50_000 else 9
    words = [f"word{number}" for number in range(count)]
    paragraphs = [" ".join(words[at : at + 50]) for at in range(0, count, 50)]
    text = "\n\n".join(paragraphs)
    assert " ".join(specimen.surface.render(text)).split() == words


def _markdown(specimen: Specimen) -> st.SearchStrategy[str]:
    """Texts of a few pages, of what models write and what they should not."""
    pieces = st.one_of(
        st.text("ab *_`~<>&@!#[]()|日本語。「」\n", max_size=60),
        st.sampled_from(
            ["```py", "```", "~~~", "- item", "1. one", "> said", "# Title", "| a | b |"]
        ),
        st.sampled_from(["**「強調」**です。" * 20, "A sentence. " * 40, "x" * 900, "行\n" * 200]),
        st.sampled_from(["<!channel>", "<@U1>", "@everyone", "👩‍💻" * 30, "e\u0301" * 99]),
    )
    most = 12 if specimen.plug.limits.page_chars < 50_000 else 3
    return st.lists(pieces, max_size=most).map("\n".join)


PROMISES = (
    no_page_is_longer_than_the_platform_takes,
    closed_pages_never_change,
    a_streamed_page_only_grows,
    no_word_is_lost,
)
