"""A pydantic-ai agent as the brain: pip install pydantic-ai-slim[openai]."""

from pydantic_ai import Agent

from aizuchi import Bot

agent = Agent(
    "openai:gpt-5-mini", instructions="You help people choose a train.", defer_model_check=True
)


@agent.tool_plain
def platform(train: str) -> str:
    """The platform that a train leaves from."""
    return f"{train} leaves from platform {len(train)}."


bot = Bot()
bot.answer(agent)
