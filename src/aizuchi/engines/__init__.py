"""Engines: where messages, turns, answers and memory are kept. One folder each."""
