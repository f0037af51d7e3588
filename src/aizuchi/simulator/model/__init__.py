"""An OpenAI-compatible model server that does as it is told: answer, fail, fall silent, break off.

As a process, which prints one line of JSON when it listens and serves until it is killed:

    $ python -m aizuchi.simulator.model --port 0
    {"base_url": "http://127.0.0.1:41753/v1"}

or within the program that uses it:

    async with fake_model() as model:
        model.script(Behaviour(fail="503"), Behaviour(tokens=5))
        ...  # ask at model.base_url
        assert len(model.received) == 2

What it does with a request for a completion is a `Behaviour`, given in one of two ways:

- in the model's name: `fake:pace=50,tokens=40,first=0.2` says 40 words, 50 a second, the first
  one after 0.2 s; `fake:fail=503` refuses; `fake:tokens=3,end=cut` breaks off after 3 words;
- in a script, which goes before the name: `POST /_control/script` with a JSON list of behaviours,
  such as `[{"fail": "429", "retry_after": 2}, {"tokens": 5}]`. Each request takes one; the last
  one repeats.

`GET /_control/requests` tells what was received, in order, and `POST /_control/reset` forgets it
and the script. The control paths are beside `/v1`, and need no key.

Without a `text` of its own an answer consists of numbered words, such as `2.0.417 2.1.417 …`:
the number of the call, of the word, and one that depends on the question. So a text that is mixed
from two answers, or says anything twice, shows (`words_of` says what to expect).

It is strict: a request that OpenAI refuses with 400 is refused in OpenAI's form, and so is a wrong
key where `api_key` (`--key`) is set. `CANARY` stands in every field and header of its errors and
in whatever it sends that is not text of an answer: it must never come to a reader's eyes.
"""

from aizuchi.simulator.model.behaviour import BadBehaviour, Behaviour
from aizuchi.simulator.model.refusals import CANARY
from aizuchi.simulator.model.server import FakeModel, Received, fake_model
from aizuchi.simulator.model.speech import words_of

__all__ = [
    "CANARY",
    "BadBehaviour",
    "Behaviour",
    "FakeModel",
    "Received",
    "fake_model",
    "words_of",
]
