"""Peer: LangChain's in-memory history, one a conversation; by how much the process grows.

Usage: python langchain_history.py CONVERSATIONS TURNS QUESTION_CHARS ANSWER_CHARS
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main(conversations: int, turns: int, question: int, answer: int) -> float:
    history: Any = import_module("langchain_core.chat_history").InMemoryChatMessageHistory
    kept = {"warm": history()}
    kept["warm"].add_user_message("hello")
    kept["warm"].add_ai_message("hello")
    before = resident_mb()
    for chat in range(conversations):
        kept[str(chat)] = history()
        for turn in range(turns):
            kept[str(chat)].add_user_message(f"({chat}.{turn})".ljust(question, "q"))
            kept[str(chat)].add_ai_message(f"({chat}.{turn})".ljust(answer, "a"))
    return resident_mb() - before


if __name__ == "__main__":
    print(json.dumps({"growth_mb": main(*map(int, sys.argv[1:]))}))
