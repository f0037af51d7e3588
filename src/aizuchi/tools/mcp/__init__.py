"""Tools of MCP servers.

Each server is spoken with by a process of its own, its broker: only that imports the SDK (a second
of CPU, 60 MB), and whatever a server does to who speaks with it, it does to the broker alone.
"""
