"""Routes for messages and pins of a channel."""

from datetime import timedelta

from aiohttp import web

from bot.sandbox.discord.core import API, Core, nothing, number
from bot.sandbox.discord.errors import ApiError, Problem, closed_dms, invalid, unknown
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.posting import Posting
from bot.sandbox.discord.wire import stamp
from bot.sandbox.discord.world import DIRECT, Channel, Json, Message

# "The past few minutes", say the docs; a sender must not count on more.
NONCE_LIFE = timedelta(minutes=3)
MAX_PINS = 250
_PAGE = 50


class MessageRoutes:
    """`/channels/…/messages` and `/channels/…/pins`."""

    def __init__(self, core: Core, posting: Posting) -> None:
        self._core = core
        self._posting = posting

    def attach(self, app: web.Application) -> None:
        base = f"{API}/channels/{{channel_id}}"
        one = f"{base}/messages/{{message_id}}"
        pin = f"{base}/messages/pins/{{message_id}}"
        app.router.add_post(f"{base}/messages", self._create)
        app.router.add_get(f"{base}/messages", self._list)
        app.router.add_get(f"{base}/messages/pins", self._pins)
        app.router.add_put(pin, self._pin)
        app.router.add_delete(pin, self._unpin)
        app.router.add_get(one, self._get)
        app.router.add_patch(one, self._edit)
        app.router.add_delete(one, self._delete)
        app.router.add_post(f"{base}/typing", self._typing)

    async def _create(self, request: web.Request) -> web.Response:
        channel = self._core.channel(request)
        body = await self._core.read(request)
        said: Json = body.json or {}
        self._may_send(channel, said, with_files=bool(body.files))
        if known := self._same_nonce(channel, said):
            return self._core.answer(request, self._posting.json(known))
        author = self._core.world.app
        message = self._posting.create(request, body, channel=channel, author=author)
        return self._core.answer(request, self._posting.json(message))

    def _may_send(self, channel: Channel, said: Json, *, with_files: bool) -> None:
        if channel.kind == DIRECT:
            if self._core.world.users[channel.recipient_id or 0].closed_dms:
                raise closed_dms()
            return
        if channel.is_thread:
            self._core.require(channel, Permission.SEND_MESSAGES_IN_THREADS)
            if channel.locked:
                raise ApiError(400, 160005, "This thread is locked")
            channel.archived = False
        else:
            self._core.require(channel, Permission.SEND_MESSAGES)
        self._may_embed(channel, said, with_files=with_files)

    def _may_embed(self, channel: Channel, said: Json, *, with_files: bool) -> None:
        if said.get("embeds"):
            self._core.require(channel, Permission.EMBED_LINKS)
        if with_files:
            self._core.require(channel, Permission.ATTACH_FILES)
        if said.get("message_reference"):
            self._core.require(channel, Permission.READ_MESSAGE_HISTORY)

    def _same_nonce(self, channel: Channel, said: Json) -> Message | None:
        """Return the message of the bot that came with the same nonce, if that still counts."""
        nonce = said.get("nonce")
        if nonce is None or not said.get("enforce_nonce"):
            return None
        oldest = self._core.clock() - NONCE_LIFE
        for message in self._core.world.messages[channel.id].values():
            own = message.author is self._core.world.app and message.created >= oldest
            if own and str(message.nonce) == str(nonce):
                return message
        return None

    def _found(self, request: web.Request) -> Message:
        channel = self._core.channel(request)
        message = self._core.world.messages[channel.id].get(number(request, "message_id"))
        # The bot's token does not reach what one person sees alone.
        if message is None or message.ephemeral_to is not None:
            raise unknown("Message", 10008)
        return message

    async def _get(self, request: web.Request) -> web.Response:
        message = self._found(request)
        channel = self._core.world.channels[message.channel_id]
        self._core.require(channel, Permission.READ_MESSAGE_HISTORY)
        return self._core.answer(request, self._posting.json(message))

    async def _list(self, request: web.Request) -> web.Response:
        channel = self._core.channel(request)
        limit = int(request.query.get("limit", _PAGE))
        if not 1 <= limit <= 100:
            raise invalid(Problem(path="limit", rule="must be 1 to 100"))
        before = int(request.query.get("before", 2**63))
        after = int(request.query.get("after", 0))
        seen = [
            message
            for message in self._core.world.messages[channel.id].values()
            if message.ephemeral_to is None and after < message.id < before
        ]
        if not self._core.may(channel, Permission.READ_MESSAGE_HISTORY):
            seen = []
        newest_first = sorted(seen, key=lambda message: -message.id)
        page = newest_first[-limit:] if "after" in request.query else newest_first[:limit]
        return self._core.answer(request, [self._posting.json(each) for each in page])

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._found(request)
        body = await self._core.read(request)
        if message.author is not self._core.world.app:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        channel = self._core.world.channels[message.channel_id]
        if channel.kind != DIRECT:
            self._may_embed(channel, body.json or {}, with_files=bool(body.files))
        if channel.is_thread and channel.archived:
            raise ApiError(400, 50083, "Thread is archived")
        self._posting.edit(request, body, message)
        return self._core.answer(request, self._posting.json(message))

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._found(request)
        if message.author is not self._core.world.app:
            channel = self._core.world.channels[message.channel_id]
            self._core.require(channel, Permission.MANAGE_MESSAGES)
        self._posting.delete(message)
        return nothing()

    async def _pins(self, request: web.Request) -> web.Response:
        channel = self._core.channel(request)
        pinned = self._pinned(channel)
        items = [
            {"pinned_at": stamp(each.pinned), "message": self._posting.json(each)}
            for each in pinned[:_PAGE]
        ]
        more = len(pinned) > _PAGE
        return self._core.answer(request, {"items": items, "has_more": more})

    def _pinned(self, channel: Channel) -> list[Message]:
        every = self._core.world.messages[channel.id].values()
        return sorted(
            (each for each in every if each.pinned is not None), key=lambda each: -each.id
        )

    async def _pin(self, request: web.Request) -> web.Response:
        message = self._found(request)
        channel = self._core.world.channels[message.channel_id]
        if channel.kind != DIRECT:
            self._core.require(channel, Permission.PIN_MESSAGES)
        if message.pinned is None and len(self._pinned(channel)) >= MAX_PINS:
            raise ApiError(400, 30003, f"Maximum number of pins reached ({MAX_PINS})")
        if message.pinned is None:
            message.pinned = self._core.clock()
            self._tell_pins(channel)
        return nothing()

    async def _unpin(self, request: web.Request) -> web.Response:
        message = self._found(request)
        channel = self._core.world.channels[message.channel_id]
        if channel.kind != DIRECT:
            self._core.require(channel, Permission.PIN_MESSAGES)
        message.pinned = None
        self._tell_pins(channel)
        return nothing()

    def _tell_pins(self, channel: Channel) -> None:
        latest = max((each.pinned for each in self._pinned(channel) if each.pinned), default=None)
        payload: Json = {"channel_id": str(channel.id), "last_pin_timestamp": stamp(latest)}
        if channel.guild_id is not None:
            payload["guild_id"] = str(channel.guild_id)
        self._core.publish("CHANNEL_PINS_UPDATE", payload, direct=channel.kind == DIRECT)

    async def _typing(self, request: web.Request) -> web.Response:
        self._core.channel(request)
        return nothing()
