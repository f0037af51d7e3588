"""What the echo and the demo model say of themselves, in English and Japanese."""

import re
from collections.abc import Sequence

from aizuchi.ports import PromptMessage
from aizuchi.words import Language

WIDE = "\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
PIECE = re.compile(rf"[{WIDE}]{{1,4}}\s*|[^\s{WIDE}]{{1,40}}\s*|\s+")

WAYS: dict[Language, str] = {
    "en": (
        "For a real model, set OPENAI_API_KEY, or set OPENAI_BASE_URL to the address of a local "
        "server such as Ollama (http://127.0.0.1:11434/v1)."
    ),
    "ja": (
        "本物のモデルを使うには、OPENAI_API_KEY を設定するか、OPENAI_BASE_URL に Ollama などの"
        "ローカルサーバーのアドレス(http://127.0.0.1:11434/v1)を設定してください。"
    ),
}
ECHO: dict[Language, str] = {
    "en": "You said: {question}\n\nI am only an echo: I repeat what I hear. {ways}",
    "ja": "「{question}」\n\n私は聞いた言葉を繰り返すだけのエコーです。{ways}",
}
ENGLISH_ONLY: dict[Language, str] = {
    "en": "I am a tiny demo model and understand only English. {ways}",
    "ja": "私は小さなデモ用モデルで、英語しかわかりません。{ways}",
}


def echo_of(question: str, language: Language) -> str:
    """The question again, and that it is no more than that."""
    return ECHO[language].format(question=question, ways=WAYS[language])


def english_only(language: Language) -> str:
    """That the demo model cannot read this, and what could."""
    return ENGLISH_ONLY[language].format(ways=WAYS[language])


def question_in(prompt: Sequence[PromptMessage]) -> str:
    """What was asked last."""
    return next((each.text for each in reversed(prompt) if each.role == "user"), "")


def pieces_of(text: str) -> list[str]:
    """The text in pieces as a model would say it: words, or a few letters where there are none."""
    return PIECE.findall(text)
