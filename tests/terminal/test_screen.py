"""What is written to a terminal: in the end the answer stands there once."""

import re
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.surfaces.terminal.screen import Screen, Size, rows
from aizuchi.surfaces.terminal.tail import Again, Begun, Doing, End, Lost, Sign, Waiting, Words


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


class Glass:
    """A terminal that knows the few sequences that we write, and no others."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.lines = [""]
        self.row = 0

    def write(self, text: str) -> None:
        for part in re.findall(r"\x1b\[\d*[A-Za-z]|\r|\n|[^\x1b\r\n]", text):
            self._obey(part)

    def _obey(self, part: str) -> None:
        match part:
            case "\r":
                self.column = 0
            case "\n":
                self._down()
            case "\x1b[2K":
                self.lines[self.row] = ""
            case "\x1b[J":
                del self.lines[self.row + 1 :]
                self.lines[self.row] = ""
            case _ if part.endswith("A"):
                self.row = max(0, self.row - int(part[2:-1]))
            case _ if part.startswith("\x1b"):
                assert part.endswith("m"), part
            case letter:
                if width(self.lines[self.row] + letter) > self.size.columns:
                    self._down()
                self.lines[self.row] += letter

    def _down(self) -> None:
        self.row += 1
        self.lines.insert(self.row, "")

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip("\n")


SIZE = Size(20, 8)


def shown(signs: Sequence[Sign], *, colours: bool = True, size: Size = SIZE) -> str:
    glass, screen = Glass(size), Screen(lambda: size, "en", colours=colours)
    for sign in signs:
        glass.write(screen.show(sign))
    return glass.text


def test_the_first_sign_gives_way_to_the_answer() -> None:
    signs: list[Sign] = [
        Begun(),
        Waiting("I heard"),
        Waiting("Thinking"),
        Words("Hi "),
        Words("you"),
    ]
    assert shown(signs[:2]) == "I heard"
    assert shown(signs) == "Hi you"
    assert shown([*signs, Waiting(""), End("answered")]) == "Hi you"


def test_steps_stay_and_are_shown_once() -> None:
    signs: list[Sign] = [
        Doing("1", "looking\nup"),
        Doing("1", "looking\nup"),
        Doing("2", "reading"),
        Doing("2", "reading", failed=True),
        Words("So"),
    ]
    assert shown(signs) == "· looking up\n· reading\n✗ reading\nSo"


def test_a_step_between_words_begins_a_line() -> None:
    assert shown([Words("One"), Doing("1", "look"), Words("Two")]) == "One\n· look\nTwo"


def test_the_end_says_why() -> None:
    assert shown([Words("Half"), End("cancelled", "Stopped.")]) == "Half\nStopped."
    assert shown([End("failed", "No \x1b[2Jmodel")]) == "No [2Jmodel"


def test_a_lost_connection_is_told_while_it_lasts() -> None:
    assert "trying again" in shown([Begun(), Lost()], size=Size(80, 8))
    assert shown([Begun(), Lost(), Words("Hi")]) == "Hi"


def test_a_new_beginning_takes_back_what_still_can_be() -> None:
    long = "It was a long story that needed rows. "
    assert shown([Words(long), Again(), Words("Right.")]) == "Right."
    assert shown([Doing("1", "look"), Words("x\ny"), Again(), Words("z")]) == "z"


def test_a_new_beginning_is_announced_where_the_old_one_has_moved_out() -> None:
    signs: list[Sign] = [Words("line\n" * 12 + "half"), Again(), Words("Right."), End("answered")]
    assert shown(signs).endswith("half\n(starting again)\nRight.")


def test_without_colours_nothing_but_text_and_movement_is_written() -> None:
    screen = Screen(lambda: SIZE, "en", colours=False)
    out = screen.show(Words("**bold** `code`\n")) + screen.show(End("failed", "No."))
    assert out == "bold code\nNo.\n"


def test_leaving_clears_what_would_stay() -> None:
    glass, screen = Glass(SIZE), Screen(lambda: SIZE, "en", colours=True)
    glass.write(screen.show(Waiting("Thinking")))
    glass.write(screen.leave())
    assert glass.text == ""


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("", 1),
        ("a" * 20, 1),
        ("a" * 21, 2),
        ("あ" * 11, 2),
        ("a" * 19 + "あ" * 10, 2),
        ("a" * 19 + "あ" * 11, 3),
        ("\n", 2),
        ("é", 1),
    ],
)
def test_rows_are_counted_as_a_terminal_wraps_them(text: str, takes: int) -> None:
    assert rows(text, 20) == takes


WORDS = st.text(st.sampled_from("ab 語\n"), max_size=30).map(Words)


@given(st.lists(st.one_of(WORDS, st.just(Again()), st.just(Waiting("…"))), max_size=8))
def test_whatever_happens_the_last_attempt_stands_there_alone(signs: list[Sign]) -> None:
    size = Size(10, 400)
    last: list[str] = []
    for sign in signs:
        if isinstance(sign, Words):
            last.append(sign.text)
        if isinstance(sign, Again):
            last.clear()
    expected = shown([Words("".join(last)), End("answered")], size=size)
    assert shown([*signs, End("answered")], size=size) == expected
