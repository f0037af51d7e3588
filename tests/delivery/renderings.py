"""What Markdown is to look like wherever it is shown: the one table for every surface.

A surface that passes Markdown on is right when CommonMark, with tables and strikethrough, makes
this HTML of what it passes on.
"""

from typing import NamedTuple


class Rendering(NamedTuple):
    """A text of a model, and the HTML that says what a person is to see."""

    markdown: str
    html: str


def _paragraph(html: str) -> str:
    return f"<p>{html}</p>\n"


RENDERINGS = {
    "plain": Rendering("Hello there.", _paragraph("Hello there.")),
    "bold and italic": Rendering(
        "a **b** *c* ***d***",
        _paragraph("a <strong>b</strong> <em>c</em> <em><strong>d</strong></em>"),
    ),
    "strikethrough": Rendering("~~no~~ yes", _paragraph("<s>no</s> yes")),
    "Japanese brackets": Rendering(
        "これは**「重要」**です。", _paragraph("これは<strong>「重要」</strong>です。")
    ),
    "Japanese brackets in italics": Rendering(
        "これは*「重要」*です。", _paragraph("これは<em>「重要」</em>です。")
    ),
    "a foreign word in brackets": Rendering(
        "**相槌(aizuchi)**とは", _paragraph("<strong>相槌(aizuchi)</strong>とは")
    ),
    "a Japanese sentence": Rendering(
        "**はい。**そうです。", _paragraph("<strong>はい。</strong>そうです。")
    ),
    "code that is bold": Rendering(
        "次に**`make run`**を実行", _paragraph("次に<strong><code>make run</code></strong>を実行")
    ),
    "two in one sentence": Rendering(
        "「A」は**「甲」**、「B」は**「乙」**です",
        _paragraph("「A」は<strong>「甲」</strong>、「B」は<strong>「乙」</strong>です"),
    ),
    "Korean": Rendering(
        "**마크다운(Markdown)**의", _paragraph("<strong>마크다운(Markdown)</strong>의")
    ),
    "stars that are none": Rendering(
        "2 ** 3 ** 4 = `a**b`", _paragraph("2 ** 3 ** 4 = <code>a**b</code>")
    ),
    "stars in code": Rendering("```\nx**「y」**z\n```", "<pre><code>x**「y」**z\n</code></pre>\n"),
    "a list": Rendering(
        "- 一\n- **「二」**と三", "<ul>\n<li>一</li>\n<li><strong>「二」</strong>と三</li>\n</ul>\n"
    ),
    "a table": Rendering(
        "| a | b |\n|---|---|\n| 1 | **「二」**と |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n"
        "<td><strong>「二」</strong>と</td>\n</tr>\n</tbody>\n</table>\n",
    ),
    "a link": Rendering(
        "[here](https://example.org)", _paragraph('<a href="https://example.org">here</a>')
    ),
}
