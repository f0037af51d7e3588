"""Functions that are started cold: each reads an event, acknowledges it as it would, and ends."""
