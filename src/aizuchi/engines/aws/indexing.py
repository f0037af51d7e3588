"""By what turns and threads are found: their person, and their place where others are in it too."""

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Put
from aizuchi.engines.aws.talks import Talk
from aizuchi.events import Message
from aizuchi.recall import person_of


def pointers(message: Message, seq: int) -> list[Put]:
    """From acceptance on; of what its caller keeps, there are none."""
    if message.history is not None:
        return []
    where: Item = {
        "turn_id": message.turn_id,
        "seq": seq,
        "conversation": message.conversation,
        "person": person_of(message),
        "place": message.place.key,
        "audience": message.place.audience,
    }
    found = [keys.turn_of(person_of(message), seq)]
    if message.place.audience == "shared":
        found.append(keys.turn_in(message.place.key, seq))
    return [Put({**key._asdict(), **where}) for key in found]


def threads(talk: Talk) -> list[Put]:
    """Where a thread is found that somebody owns; one that does not begin after all is not there,
    whatever these say."""
    if not talk.owner:
        return []
    named = {"conversation": talk.conversation, "owner": talk.owner}
    found = (keys.talk_of(talk.owner, talk.conversation), keys.owned(talk.conversation))
    return [Put({**key._asdict(), **named}) for key in found]
