"""A LangGraph graph as the brain: pip install langgraph langchain-openai."""

from typing import Any

from langgraph.graph import START, MessagesState, StateGraph

from aizuchi import Bot


def model() -> Any:
    """The chat model; it is made when it is first asked."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model="gpt-5-mini")


async def reply(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await model().ainvoke(state["messages"])]}


graph = StateGraph(MessagesState).add_node(reply).add_edge(START, "reply").compile()

bot = Bot()
bot.answer(graph)
