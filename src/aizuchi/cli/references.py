"""What somebody means who names a message: by a link to it or to its answer, or by an id."""

import re
from typing import NamedTuple

SLACK = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)/p(?P<s>\d{10})(?P<us>\d{6})")
DISCORD = re.compile(r"/channels/(?:\d+|@me)/\d+/(?P<message>\d+)")


class Reference(NamedTuple):
    """What turns are looked for by: an exact name, the end of an id, a part of what was posted."""

    exact: str
    ending: str
    within: str

    def means(self, turn_id: str) -> bool:
        """Whether it is the id of this turn, or the end of it."""
        parts = map(re.escape, self.ending.split("%"))
        return turn_id == self.exact or bool(re.fullmatch(".*".join(parts), turn_id))


def reference_of(text: str) -> Reference:
    """What a link or an id stands for; a Slack permalink has a time without its point."""
    text = text.strip()
    if found := SLACK.search(text):
        ts = f"{found['s']}.{found['us']}"
        return Reference(ts, f"%:{ts}:%:{found['channel']}", f'%"{ts}"%')
    if found := DISCORD.search(text):
        return Reference(found["message"], f"%:{found['message']}", f'%"{found["message"]}"%')
    return Reference(text, f"%:{text}", f'%"{text}"%')
