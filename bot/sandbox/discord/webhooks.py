"""What follows the first answer: the original message and further ones, for fifteen minutes."""

from aiohttp import web

from bot.sandbox.discord.body import Body
from bot.sandbox.discord.callbacks import answer_fields
from bot.sandbox.discord.core import API, Core, nothing, number
from bot.sandbox.discord.errors import ApiError, unknown
from bot.sandbox.discord.interactions import TOKEN_LIFE, Answer, Interaction, Interactions
from bot.sandbox.discord.posting import Posting
from bot.sandbox.discord.world import Message


class WebhookRoutes:
    """`/webhooks/…`, with an interaction's token in the path."""

    def __init__(self, core: Core, posting: Posting, interactions: Interactions) -> None:
        self._core = core
        self._posting = posting
        self._interactions = interactions

    def attach(self, app: web.Application) -> None:
        base = f"{API}/webhooks/{{webhook_id}}/{{webhook_token}}"
        original = f"{base}/messages/@original"
        one = f"{base}/messages/{{message_id}}"
        app.router.add_post(base, self._follow_up)
        for path in (original, one):
            app.router.add_get(path, self._get)
            app.router.add_patch(path, self._edit)
            app.router.add_delete(path, self._delete)

    def _interaction(self, request: web.Request) -> Interaction:
        interaction = self._interactions.with_token(request.match_info["webhook_token"])
        known = number(request, "webhook_id") == self._core.world.app.id
        # Before the first answer there is no webhook yet.
        if interaction is None or not known or interaction.answer is None:
            raise unknown("Webhook", 10015)
        if self._core.clock() - interaction.created > TOKEN_LIFE:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        self._core.require_there(interaction.channel)
        return interaction

    def _message(self, request: web.Request, interaction: Interaction) -> Message:
        wanted = request.match_info.get("message_id", "@original")
        mine = [*interaction.followups, *([interaction.original] if interaction.original else [])]
        if wanted == "@original":
            found = interaction.original
        else:
            found = next((each for each in mine if str(each.id) == wanted), None)
        if found is None or found.id not in self._core.world.messages[found.channel_id]:
            raise unknown("Message", 10008)
        return found

    async def _follow_up(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        body = await self._core.read(request)
        first = interaction.original
        if interaction.answer is Answer.DEFERRED_MESSAGE and first and first.loading:
            # The first one takes the place of "… is thinking", shown to whom that was shown.
            message = self._posting.edit(request, body, first)
        else:
            message = self._add(request, body, interaction)
        # Here `wait` is always on, other than for a webhook of a channel.
        return self._core.answer(request, self._posting.json(message))

    def _add(self, request: web.Request, body: Body, interaction: Interaction) -> Message:
        app = self._core.world.app
        fields = answer_fields(interaction, body.json or {}, app=app) | {"kind": 0}
        message = self._posting.create(
            request, body, channel=interaction.channel, author=app, **fields
        )
        interaction.followups.append(message)
        return message

    async def _get(self, request: web.Request) -> web.Response:
        message = self._message(request, self._interaction(request))
        return self._core.answer(request, self._posting.json(message))

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._message(request, self._interaction(request))
        body = await self._core.read(request)
        self._posting.edit(request, body, message)
        return self._core.answer(request, self._posting.json(message))

    async def _delete(self, request: web.Request) -> web.Response:
        self._posting.delete(self._message(request, self._interaction(request)))
        return nothing()
