"""The models that answer: any OpenAI-compatible endpoint, a tiny local one, an echo."""
