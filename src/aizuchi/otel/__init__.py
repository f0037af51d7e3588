"""Traces of what happens to every message, by OpenTelemetry; loaded only where they are wanted."""
