"""Routes for servers, their members, roles and channels, and for people."""

from aiohttp import web

from bot.sandbox.discord.core import API, Core, nothing, number
from bot.sandbox.discord.errors import Problem, invalid, missing_permissions, unknown
from bot.sandbox.discord.measures import of_length
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.wire import channel_json, guild_json, member_json, role_json, user_json
from bot.sandbox.discord.world import TEXT, Guild, Json, Overwrite, Role

_MAX_MEMBERS = 1000


class GuildRoutes:
    """`/guilds/…` and `/users/…`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def attach(self, app: web.Application) -> None:
        base = f"{API}/guilds/{{guild_id}}"
        one_role = f"{base}/members/{{user_id}}/roles/{{role_id}}"
        app.router.add_get(f"{API}/users/@me/guilds", self._own_guilds)
        app.router.add_get(f"{API}/users/{{user_id}}", self._user)
        app.router.add_get(base, self._guild)
        app.router.add_get(f"{base}/channels", self._channels)
        app.router.add_post(f"{base}/channels", self._add_channel)
        app.router.add_get(f"{base}/roles", self._roles)
        app.router.add_get(f"{base}/members", self._members)
        app.router.add_get(f"{base}/members/{{user_id}}", self._member)
        app.router.add_get(f"{base}/threads/active", self._threads)
        app.router.add_put(one_role, self._give_role)
        app.router.add_delete(one_role, self._take_role)

    async def _user(self, request: web.Request) -> web.Response:
        user = self._core.world.users.get(number(request, "user_id"))
        if user is None:
            raise unknown("User", 10013)
        return self._core.answer(request, user_json(user))

    async def _own_guilds(self, request: web.Request) -> web.Response:
        app = self._core.world.app
        body: list[Json] = [
            {
                "id": str(guild.id),
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": guild.owner_id == app.id,
                "permissions": str(int(self._core.permissions_in(guild))),
                "features": [],
            }
            for guild in self._core.world.guilds.values()
            if app.id in guild.members
        ]
        return self._core.answer(request, body)

    async def _guild(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        payload = guild_json(guild)
        if request.query.get("with_counts") in ("1", "true", "True"):
            count = len(guild.members)
            payload |= {"approximate_member_count": count, "approximate_presence_count": count}
        return self._core.answer(request, payload)

    async def _channels(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        every = [each for each in self._core.world.in_guild(guild) if not each.is_thread]
        return self._core.answer(request, [channel_json(self._core.world, each) for each in every])

    async def _add_channel(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        said: Json = (await self._core.read(request)).json or {}
        self._core.require_in_guild(guild, Permission.MANAGE_CHANNELS)
        self._core.refuse(request, of_length("name", said.get("name"), 1, 100))
        if said.get("type", TEXT) != TEXT:
            raise invalid(Problem(path="type", rule="only text channels are made here"))
        overwrites = [
            Overwrite(
                id=int(each["id"]),
                is_member=bool(each.get("type")),
                allow=Permission(int(each.get("allow") or 0)),
                deny=Permission(int(each.get("deny") or 0)),
            )
            for each in said.get("permission_overwrites") or []
        ]
        channel = self._core.world.add_channel(
            guild, said["name"], topic=said.get("topic"), overwrites=overwrites
        )
        payload = channel_json(self._core.world, channel)
        self._core.publish("CHANNEL_CREATE", payload)
        return self._core.answer(request, payload, status=201)

    async def _roles(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        return self._core.answer(request, [role_json(role) for role in guild.roles.values()])

    async def _members(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        limit = int(request.query.get("limit", 1))
        if not 1 <= limit <= _MAX_MEMBERS:
            raise invalid(Problem(path="limit", rule=f"must be 1 to {_MAX_MEMBERS}"))
        after = int(request.query.get("after", 0))
        every = sorted(each for each in guild.members if each > after)[:limit]
        return self._core.answer(request, [member_json(guild.members[each]) for each in every])

    async def _member(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        member = self._core.member(guild, number(request, "user_id"))
        return self._core.answer(request, member_json(member))

    async def _threads(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        every = [
            channel_json(self._core.world, each)
            for each in self._core.world.in_guild(guild)
            if each.is_thread and not each.archived
        ]
        body = {"threads": every, "members": [], "has_more": False}
        return self._core.answer(request, body)

    async def _give_role(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        member = self._core.member(guild, number(request, "user_id"))
        role = self._grantable(request, guild)
        if role.id not in member.roles:
            member.roles.append(role.id)
        self._tell_roles(guild, member.user.id)
        return nothing()

    async def _take_role(self, request: web.Request) -> web.Response:
        guild = self._core.guild(request)
        member = self._core.member(guild, number(request, "user_id"))
        role = self._grantable(request, guild)
        member.roles = [each for each in member.roles if each != role.id]
        self._tell_roles(guild, member.user.id)
        return nothing()

    def _grantable(self, request: web.Request, guild: Guild) -> Role:
        """Return the role of the path, if it stands below the bot's highest one."""
        role = guild.roles.get(number(request, "role_id"))
        if role is None:
            raise unknown("Role", 10011)
        self._core.require_in_guild(guild, Permission.MANAGE_ROLES)
        own = guild.members[self._core.world.app.id].roles
        if role.bot_id or role.position >= max(guild.roles[each].position for each in own):
            raise missing_permissions()
        return role

    def _tell_roles(self, guild: Guild, user_id: int) -> None:
        payload = {**member_json(guild.members[user_id]), "guild_id": str(guild.id)}
        self._core.publish("GUILD_MEMBER_UPDATE", payload)
