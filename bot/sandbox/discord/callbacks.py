"""The first answer to an interaction: within three seconds, and once."""

import time
from collections.abc import Callable, Iterator

from aiohttp import web

from bot.sandbox.discord.body import Body
from bot.sandbox.discord.core import API, Core, nothing, number
from bot.sandbox.discord.errors import ApiError, Problem, unknown
from bot.sandbox.discord.interactions import (
    FIRST_ANSWER,
    Answer,
    Interaction,
    Interactions,
    Kind,
    origin_json,
)
from bot.sandbox.discord.limits import choice_problems
from bot.sandbox.discord.modals import modal_problems
from bot.sandbox.discord.posting import Posting
from bot.sandbox.discord.world import EPHEMERAL, Json, User

_OF_A_COMMAND = 20
_NEW = {Answer.MESSAGE, Answer.DEFERRED_MESSAGE}
_CHANGED = {Answer.UPDATE, Answer.DEFERRED_UPDATE}
_FITTING = {
    Kind.COMMAND: _NEW | {Answer.MODAL},
    Kind.COMPONENT: _NEW | _CHANGED | {Answer.MODAL},
    Kind.AUTOCOMPLETE: {Answer.CHOICES},
    Kind.MODAL: _NEW | _CHANGED,
}


class CallbackRoutes:
    """`/interactions/…/callback`."""

    def __init__(self, core: Core, posting: Posting, interactions: Interactions) -> None:
        self._core = core
        self._posting = posting
        self._interactions = interactions
        self._act: dict[Answer, Callable[[web.Request, Body, Interaction], None]] = {
            Answer.MESSAGE: self._message,
            Answer.DEFERRED_MESSAGE: self._deferred_message,
            Answer.UPDATE: self._update,
            Answer.DEFERRED_UPDATE: self._deferred_update,
            Answer.CHOICES: self._choices,
            Answer.MODAL: self._modal,
        }

    def attach(self, app: web.Application) -> None:
        path = f"{API}/interactions/{{interaction_id}}/{{interaction_token}}/callback"
        app.router.add_post(path, self._callback)

    async def _callback(self, request: web.Request) -> web.Response:
        interaction = self._interactions.with_token(request.match_info["interaction_token"])
        if interaction is None or interaction.id != number(request, "interaction_id"):
            raise unknown("interaction", 10062)
        self._in_time(interaction)
        self._core.require_there(interaction.channel)
        body = await self._core.read(request)
        said: Json = body.json or {}
        self._core.refuse(request, _unfitting(said.get("type"), interaction))
        # Reading may have taken a while, and another answer may have come meanwhile.
        self._in_time(interaction)
        answer = Answer(said["type"])
        inner = Body(json=said.get("data") or {}, files=body.files)
        self._act[answer](request, inner, interaction)
        interaction.answer = answer
        interaction.answered = self._core.clock()
        interaction.took_s = time.perf_counter() - interaction.opened_s
        self._core.changes.happened()
        if request.query.get("with_response") not in ("1", "true", "True"):
            return nothing()
        return self._core.answer(request, self._response_json(interaction))

    def _in_time(self, interaction: Interaction) -> None:
        if interaction.answer is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if self._core.clock() - interaction.created > FIRST_ANSWER:
            raise unknown("interaction", 10062)

    def _message(self, request: web.Request, body: Body, interaction: Interaction) -> None:
        interaction.original = self._posting.create(
            request,
            body,
            channel=interaction.channel,
            author=self._core.world.app,
            **answer_fields(interaction, body.json, app=self._core.world.app),
        )

    def _deferred_message(self, _: web.Request, body: Body, interaction: Interaction) -> None:
        interaction.original = self._posting.placeholder(
            channel=interaction.channel,
            author=self._core.world.app,
            **answer_fields(interaction, body.json, app=self._core.world.app),
        )

    def _update(self, request: web.Request, body: Body, interaction: Interaction) -> None:
        self._deferred_update(request, body, interaction)
        message = interaction.original
        if message is not None:
            if message.id not in self._core.world.messages[message.channel_id]:
                raise unknown("Message", 10008)
            self._posting.edit(request, body, message)

    def _deferred_update(self, _: web.Request, __: Body, interaction: Interaction) -> None:
        interaction.original = interaction.message

    def _choices(self, request: web.Request, body: Body, interaction: Interaction) -> None:
        choices = body.json.get("choices") or []
        self._core.refuse(request, choice_problems(choices))
        interaction.choices = choices

    def _modal(self, request: web.Request, body: Body, interaction: Interaction) -> None:
        self._core.refuse(request, modal_problems(body.json))
        interaction.modal = body.json

    def _response_json(self, interaction: Interaction) -> Json:
        told: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
        message = interaction.original
        if message is None:
            return {"interaction": told}
        told |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": message.ephemeral_to is not None,
        }
        # A message that was only promised is told as a message, too.
        kind = 7 if interaction.answer in _CHANGED else 4
        resource = {"type": kind, "message": self._posting.json(message)}
        return {"interaction": told, "resource": resource}


def answer_fields(interaction: Interaction, said: Json, *, app: User) -> Json:
    """Return what sets a message of an interaction apart from one of the bot's own."""
    hidden = bool((said.get("flags") or 0) & EPHEMERAL)
    return {
        "ephemeral_to": interaction.user.id if hidden else None,
        "origin": origin_json(interaction),
        "application_id": app.id,
        "kind": _OF_A_COMMAND if interaction.kind is Kind.COMMAND else 0,
    }


def _unfitting(answer: object, interaction: Interaction) -> Iterator[Problem]:
    fitting = _FITTING[interaction.kind]
    if interaction.message is None:
        fitting = fitting - _CHANGED
    if answer not in fitting:
        choices = ", ".join(str(int(each)) for each in sorted(fitting))
        yield Problem(path="type", rule=f"Value must be one of {{{choices}}}.")
