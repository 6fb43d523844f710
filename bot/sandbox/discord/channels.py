"""Routes for channels themselves: looking one up, direct ones, and threads."""

from typing import Any

from aiohttp import web

from bot.sandbox.discord.core import API, Core, nothing, number
from bot.sandbox.discord.errors import ApiError, Problem, unknown
from bot.sandbox.discord.measures import of_length
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.posting import Posting
from bot.sandbox.discord.wire import channel_json
from bot.sandbox.discord.world import PRIVATE_THREAD, PUBLIC_THREAD, Channel, Json

MAX_ACTIVE_THREADS = 1000
_MINUTES = (60, 1440, 4320, 10080)


class ChannelRoutes:
    """`/channels/…`, `/users/@me/channels`, and what makes threads."""

    def __init__(self, core: Core, posting: Posting) -> None:
        self._core = core
        self._posting = posting

    def attach(self, app: web.Application) -> None:
        base = f"{API}/channels/{{channel_id}}"
        app.router.add_get(base, self._get)
        app.router.add_patch(base, self._edit)
        app.router.add_delete(base, self._delete)
        app.router.add_post(f"{API}/users/@me/channels", self._direct)
        app.router.add_post(f"{base}/threads", self._thread)
        app.router.add_post(f"{base}/messages/{{message_id}}/threads", self._message_thread)
        app.router.add_put(f"{base}/thread-members/{{user_id}}", self._add_to_thread)

    async def _get(self, request: web.Request) -> web.Response:
        channel = self._core.channel(request)
        return self._core.answer(request, channel_json(self._core.world, channel))

    async def _direct(self, request: web.Request) -> web.Response:
        body = await self._core.read(request)
        user = self._core.world.users.get(int((body.json or {}).get("recipient_id", 0)))
        if user is None:
            raise unknown("User", 10013)
        if user.bot:
            raise ApiError(400, 50007, "Cannot send messages to this user")
        channel = self._core.world.direct(user)
        return self._core.answer(request, channel_json(self._core.world, channel))

    async def _edit(self, request: web.Request) -> web.Response:
        """Change a thread or the topic of a channel: more the bot has no business with."""
        channel = self._core.channel(request)
        said: Json = (await self._core.read(request)).json or {}
        wanted = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
        if not (channel.is_thread and channel.owner_id == self._core.world.app.id):
            self._core.require(channel, wanted)
        channel.name = said.get("name", channel.name)
        channel.topic = said.get("topic", channel.topic)
        channel.archived = said.get("archived", channel.archived)
        channel.locked = said.get("locked", channel.locked)
        payload = channel_json(self._core.world, channel)
        self._core.publish("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", payload)
        return self._core.answer(request, payload)

    async def _delete(self, request: web.Request) -> web.Response:
        channel = self._core.channel(request)
        wanted = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
        self._core.require(channel, wanted)
        payload = channel_json(self._core.world, channel)
        self._core.world.remove(channel)
        self._core.publish("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", payload)
        return self._core.answer(request, payload)

    async def _message_thread(self, request: web.Request) -> web.Response:
        channel = self._core.channel(request)
        message = self._core.world.messages[channel.id].get(number(request, "message_id"))
        said: Json = (await self._core.read(request)).json or {}
        if message is None or message.ephemeral_to is not None:
            raise unknown("Message", 10008)
        self._core.require(channel, Permission.CREATE_PUBLIC_THREADS)
        if message.thread_id is not None:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        # The thread of a message has the message's own id.
        thread = self._open(request, channel, said, id=message.id)
        message.thread_id = thread.id
        return self._made(request, thread)

    async def _thread(self, request: web.Request) -> web.Response:
        channel = self._core.channel(request)
        said: Json = (await self._core.read(request)).json or {}
        kind = said.get("type", PRIVATE_THREAD)
        private = kind == PRIVATE_THREAD
        self._core.require(
            channel,
            Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS,
        )
        return self._made(request, self._open(request, channel, said, kind=kind))

    def _open(self, request: web.Request, parent: Channel, said: Json, **more: Any) -> Channel:
        world = self._core.world
        minutes = said.get("auto_archive_duration") or 1440
        problems = list(of_length("name", said.get("name"), 1, 100))
        if minutes not in _MINUTES:
            problems.append(Problem(path="auto_archive_duration", rule=f"must be of {_MINUTES}"))
        self._core.refuse(request, problems)
        active = [
            each
            for each in world.channels.values()
            if each.guild_id == parent.guild_id and each.is_thread and not each.archived
        ]
        if len(active) >= MAX_ACTIVE_THREADS:
            raise ApiError(400, 160006, "Maximum number of active threads reached")
        return world.open(
            Channel(
                id=more.get("id") or world.ids.next(),
                kind=more.get("kind", PUBLIC_THREAD),
                name=said["name"],
                guild_id=parent.guild_id,
                parent_id=parent.id,
                owner_id=world.app.id,
                created=self._core.clock(),
                auto_archive_minutes=minutes,
                members={world.app.id},
            )
        )

    def _made(self, request: web.Request, thread: Channel) -> web.Response:
        payload = channel_json(self._core.world, thread)
        self._core.publish("THREAD_CREATE", {**payload, "newly_created": True})
        return self._core.answer(request, payload, status=201)

    async def _add_to_thread(self, request: web.Request) -> web.Response:
        thread = self._core.channel(request)
        self._core.require(thread, Permission.SEND_MESSAGES_IN_THREADS)
        if not thread.is_thread:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        thread.members.add(number(request, "user_id"))
        self._core.changes.happened()
        return nothing()
