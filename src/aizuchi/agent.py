"""What answers a message: memory and persona in, the pieces of an answer out."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from aizuchi.answers import Finished, ToolsCalled
from aizuchi.asking import Reply, description
from aizuchi.attachments import Attached
from aizuchi.brain import Brain, think, turn_of
from aizuchi.consent import (
    Decision,
    Pending,
    asking_id,
    consent_for,
    decision_in,
    digest_of,
    question,
)
from aizuchi.endpoints import endpoints_of
from aizuchi.errors import ContentFiltered, ModelEmpty, ModelError, ModelRateLimited
from aizuchi.events import Message
from aizuchi.history import Overhear, Overheard, Recollection, brought
from aizuchi.loop import MOST_ROUNDS, Loop, Verdict, Wanted
from aizuchi.orders import FORGET_ME, RESET, Order, order_of
from aizuchi.ports import Memory, Model, PromptMessage
from aizuchi.prompt import Brief, prompt_of, prompt_of_caller
from aizuchi.recall import Scope, person_of
from aizuchi.rules import Rules
from aizuchi.sight import FILES_UNREAD, Sight, remark
from aizuchi.toolbox import Toolbox
from aizuchi.words import Language, language_of, say
from aizuchi.writing import Draft

GREETING = "greeting"
OVERHEAR_S = 2.0

log = logging.getLogger(__name__)


class Ended(NamedTuple):
    """How an answer ended, the tokens it used, and what it made us forget: a scope, a person."""

    finished: Finished
    tokens: int = 0
    forget: Scope = "none"
    forget_person: bool = False


class Wish(NamedTuple):
    """What somebody wanted: the turn that is to give it, their message, and its words."""

    turn_id: str
    message: Message
    text: str
    language: Language


class Agent:
    """Answers messages with one model, at whichever of its endpoints, and one persona."""

    def __init__(
        self,
        model: Model,
        memory: Memory,
        brief: Brief,
        new_incident: Callable[[], str],
        overhear: Mapping[str, Overhear] = {},
        tools: Toolbox = Toolbox(),
        rules: Rules = Rules(),
        brain: Brain | None = None,
        sight: Sight = Sight(),
    ) -> None:
        self._endpoints, self._memory, self._brief = endpoints_of(model), memory, brief
        self._new_incident, self._overhear = new_incident, overhear
        self._tools, self._rules, self._brain = tools, rules, brain
        self._sight = sight

    async def answer(self, message: Message, draft: Draft) -> Ended:
        """Writes the answer into the draft; a model that fails is told, never raised."""
        language = language_of(message.text, message.locale)
        if order := order_of(message):
            return self.ended(await self._obey(order, message, draft, language))
        if message.command == GREETING:
            greeting = self._brief.greetings.get(message.surface) or say(GREETING, language)
            await draft.add(greeting)
            return Ended(Finished("asks", draft.text, code=GREETING))  # so it is not remembered
        if decision := decision_in(message):
            return await self._decided(message, decision, draft)
        if self._brain:
            return await self._think(self._brain, message, draft, language)
        tools = await self._tools.at_hand(draft.unfinished)
        wish = Wish(message.turn_id, message, message.text, language)
        return await self._converse(wish, draft, tools)

    async def _converse(
        self, wish: Wish, draft: Draft, tools: Toolbox, verdict: Verdict | None = None
    ) -> Ended:
        """The end of an answer that the model gives to what somebody wanted."""
        attached = await self._sight.look(wish.message)
        prompt = await self._prompt(wish, verdict, attached)
        can_ask = wish.message.history is None  # a program has nothing to click on
        tools = tools if can_ask else tools.safe
        loop = Loop(self._endpoints, tools, wish.message, draft, wish.language, verdict)
        try:
            reply = await loop.run(prompt)
        except ModelError as error:
            if isinstance(error, ContentFiltered):
                await draft.restart()  # what is withheld is not left standing
            return Ended(self._failed(error, draft, wish.language), draft.tokens)
        if isinstance(reply, Wanted):
            return Ended(self._asking(wish, draft, reply, tools), draft.tokens)
        finished = _answered(reply, draft, wish.language)
        if doubtful := loop.doubtful:
            said = say("in_doubt", wish.language, tools=", ".join(doubtful))
            finished = finished._replace(said=said, code="in_doubt")
        unread = remark(attached, wish.language, is_blind=loop.is_blind)
        return Ended(_with_remark(finished, unread), draft.tokens + reply.tokens)

    async def _think(
        self, brain: Brain, message: Message, draft: Draft, language: Language
    ) -> Ended:
        """The end of an answer that somebody else's brain gives."""
        recalled = await self._recalled(message)
        attached = await self._sight.look(message)
        turn = turn_of(message, recalled, person_of(message), language, attached)
        try:
            tokens = await think(brain, turn, draft)
            if not draft.text.strip():
                raise ModelEmpty("the answer has no text")
        except ModelError as error:
            return Ended(self._failed(error, draft, language))
        unread = remark(attached, language, is_blind=False)
        return Ended(_with_remark(Finished("answered", draft.text), unread), tokens)

    async def _recalled(self, message: Message) -> Recollection:
        if message.history is not None:
            return brought(message.history)
        return await self._memory.recall(message, self._brief.scope, self._brief.window)

    # ── what somebody has to allow ────────────────────────────────────────────

    def _asking(self, wish: Wish, draft: Draft, wanted: Wanted, tools: Toolbox) -> Finished:
        """Ends the turn with a question: nobody waits for its answer."""
        expires_at = self._rules.clock() + self._rules.ask_within_s
        asker = wish.message.sender.id
        stamps = tools.stamps([call.name for call in wanted.calls])
        consent = consent_for(wish.turn_id, asker, wanted.calls, expires_at, stamps)
        said = question(consent, wish.language)
        return Finished("asks", draft.text, said, "may_i", consent=consent)

    async def _decided(self, message: Message, decision: Decision, draft: Draft) -> Ended:
        """Goes on with what was asked about, once it may or may not be done."""
        asked = await self._rules.read(asking_id(message.turn_id))
        if asked is None or not self._counts(message, decision, asked):
            return Ended(self._not_decided(message, decision))
        language = language_of(asked.wish, message.locale)
        if decision.verdict == "expired":
            within = round(self._rules.ask_within_s / 60)
            said = say("consent_expired", language, within=within)
            return Ended(Finished("timed_out", "", said, "consent_expired"))
        return await self._go_on(
            asked,
            Wish(message.turn_id, asked.message, asked.wish, language),
            draft,
            allowed=decision.verdict == "yes",
        )

    async def _go_on(self, asked: Pending, wish: Wish, draft: Draft, *, allowed: bool) -> Ended:
        """Does what was asked about, or not, and answers. Tools that have changed meanwhile are
        not what was shown."""
        calls = asked.consent.calls
        names = [name for name, _ in calls]
        tools = await self._tools.at_hand([*names, *draft.unfinished] if allowed else ())
        number = _round_of(asked)
        digest = digest_of(asked.consent.turn_id, calls, tools.stamps(names))
        if allowed and digest != asked.consent.digest and not draft.was_taken_up(number):
            said = say("tool_changed", wish.language)
            return Ended(Finished("refused", "", said, "tool_changed"))
        is_fresh = await draft.take_up(asked.rounds, number)
        verdict = Verdict(number, allowed, is_fresh, calls)
        return await self._converse(wish, draft, tools, verdict)

    async def allowed_by(self, message: Message) -> Verdict | None:
        """What somebody has allowed with this message; None where they have not."""
        decision = decision_in(message)
        asked = await self._rules.read(asking_id(message.turn_id)) if decision else None
        if not (decision and asked and decision.verdict == "yes"):
            return None
        if not self._counts(message, decision, asked):
            return None
        return Verdict(_round_of(asked), allowed=True, is_fresh=False, calls=asked.consent.calls)

    def _counts(self, message: Message, decision: Decision, asked: Pending) -> bool:
        """Whether this decides the very calls that were asked about, where they were, and is of
        somebody who may."""
        same_place = message.conversation == asked.message.conversation
        same_calls = decision.digest == asked.consent.digest
        return same_place and same_calls and self._rules.lets_decide(message, asked.consent.asker)

    def _not_decided(self, message: Message, decision: Decision) -> Finished:
        """Tells somebody alone why their click does nothing."""
        language = language_of("", message.locale)
        if self._rules.lets_decide(message, decision.asker):
            said = say("decided_already", language)
            return Finished("refused", "", said, "decided_already")
        owner = self._rules.owner or say("owner", language)
        said = say("not_yours_to_decide", language, owner=owner)
        return Finished("refused", "", said, "not_yours_to_decide")

    def ended(self, finished: Finished) -> Ended:
        """An end with what it makes us forget, whichever attempt has written it."""
        scope: Scope = self._brief.scope if finished.code == RESET else "none"
        return Ended(finished, forget=scope, forget_person=finished.code == FORGET_ME)

    async def _obey(
        self, order: Order, message: Message, draft: Draft, language: Language
    ) -> Finished:
        """The end of a turn that is an order. What is said of it is ours, and not remembered."""
        if order == FORGET_ME:
            held = await self._memory.holds(person_of(message))
            return Finished("answered", "", say(FORGET_ME, language, **held._asdict()), FORGET_ME)
        await draft.add(say("forgotten", language))
        return Finished("answered", draft.text, code=RESET)

    async def _prompt(
        self, wish: Wish, verdict: Verdict | None, attached: Attached
    ) -> Sequence[PromptMessage]:
        message, brief = wish.message, self._brief.for_message(wish.message)
        if message.history is not None:
            return prompt_of_caller(brief, message.history, attached)
        recalled = await self._memory.recall(message, brief.scope, brief.window)
        overheard = () if verdict else await self._overheard(message)
        return prompt_of(brief, recalled, wish.text, overheard, attached)

    async def _overheard(self, message: Message) -> Sequence[Overheard]:
        """What others said there; if that takes too long, it is answered without."""
        listen = self._overhear.get(message.surface)
        with suppress(TimeoutError):
            async with asyncio.timeout(OVERHEAR_S):
                return await listen(message) if listen else ()
        return ()

    def _failed(self, error: ModelError, draft: Draft, language: Language) -> Finished:
        incident = self._new_incident()
        log.error("incident %s: %s", incident, description(error))
        wait_s = error.retry_after_s
        code = f"{error.code}_for" if wait_s and isinstance(error, ModelRateLimited) else error.code
        said = say(code, language, incident=incident, wait=round(wait_s or 0))
        return Finished("failed", draft.text, said, error.code, incident)


def _answered(reply: Reply, draft: Draft, language: Language) -> Finished:
    if reply.calls:
        said = say("too_many_rounds", language, rounds=MOST_ROUNDS)
        return Finished("failed", draft.text, said, "too_many_rounds")
    if reply.ending.reason == "length":
        said = say("token_limit", language)
        return Finished("answered", draft.text, said, "token_limit")
    return Finished("answered", draft.text)


def _with_remark(finished: Finished, unread: str) -> Finished:
    """An end that also says which files were not read."""
    if not unread:
        return finished
    said = "\n".join(filter(None, (finished.said, unread)))
    return finished._replace(said=said, code=finished.code or FILES_UNREAD)


def _round_of(asked: Pending) -> int:
    """The round that has the calls that were asked about."""
    return max(each.round for each in asked.rounds if isinstance(each, ToolsCalled))
