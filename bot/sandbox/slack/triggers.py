"""What somebody's deed allows the app for a while: to open a view, and to answer by a URL."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox.slack import posting
from bot.sandbox.slack.core import Core, Refusal
from bot.sandbox.slack.world import Json, SlackChannel, SlackMessage, SlackUser, Team

TRIGGER_LIFE = timedelta(seconds=3)
URL_LIFE = timedelta(minutes=30)
URL_USES = 5


@dataclass(slots=True, kw_only=True, eq=False)
class Trigger:
    """`in_modal`: the deed was done in a modal, so that another may be pushed onto it."""

    user: SlackUser
    team: Team
    made: datetime
    in_modal: bool
    used: bool = False


@dataclass(slots=True)
class Triggers:
    """Every trigger_id: good for one view, and for three seconds of the stand-in's clock."""

    core: Core
    _made: dict[str, Trigger] = field(default_factory=dict)

    def make(self, user: SlackUser, team: Team, *, in_modal: bool = False) -> str:
        name = f"{self.core.world.next()}.{team.id[1:]}.{secrets.token_hex(16)}"
        self._made[name] = Trigger(user=user, team=team, made=self.core.clock(), in_modal=in_modal)
        return name

    def use(self, name: str, team: Team) -> Trigger:
        """Return whose trigger it is, or refuse one that is unknown, used or too old."""
        trigger = self._made.get(name)
        if trigger is None or trigger.team is not team:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self.core.clock() - trigger.made > TRIGGER_LIFE:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger


@dataclass(slots=True, kw_only=True, eq=False)
class ResponseUrl:
    """`message` is the one whose button was pressed, if it was one."""

    user: SlackUser
    team: Team
    channel: SlackChannel
    made: datetime
    message: SlackMessage | None = None
    uses: int = 0


@dataclass(slots=True)
class ResponseUrls:
    """Every response_url: five uses within thirty minutes."""

    core: Core
    _made: dict[str, ResponseUrl] = field(default_factory=dict)

    def attach(self, app: web.Application) -> None:
        app.router.add_post("/response/{name}", self._answer)

    def make(
        self,
        user: SlackUser,
        team: Team,
        channel: SlackChannel,
        *,
        message: SlackMessage | None = None,
    ) -> str:
        name = secrets.token_hex(16)
        self._made[name] = ResponseUrl(
            user=user, team=team, channel=channel, made=self.core.clock(), message=message
        )
        return f"{self.core.url}/response/{name}"

    async def _answer(self, request: web.Request) -> web.Response:
        url = self._made.get(request.match_info["name"])
        if url is None or self.core.clock() - url.made > URL_LIFE:
            return _refused("expired_url", status=404)
        if url.uses >= URL_USES:
            return _refused("used_url", status=404)
        said: Json = await request.json()
        try:
            respond(self.core, url, said)
        except Refusal as refusal:
            self.core.refusals.append(("response_url", refusal.code))
            return _refused(refusal.code, status=400)
        url.uses += 1
        return web.Response(text="ok")


def respond(core: Core, url: ResponseUrl, said: Json) -> None:
    """Do what the app answers: a new message, another content for the old one, or its end."""
    old = url.message
    if said.get("delete_original"):
        if old is not None and not old.gone:
            posting.delete(core, old)
        return
    posting.check_content(core, said)
    if said.get("replace_original") and old is not None and not old.gone:
        posting.change(core, old, said)
        return
    in_channel = said.get("response_type") == "in_channel"
    posting.post_as_app(
        core, url.team, url.channel, said, ephemeral_to=None if in_channel else url.user.id
    )


def _refused(code: str, *, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": code}, status=status)
