"""The Slack stand-in: where it listens, what was asked of it, and how to make it fail."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from bot.sandbox.calls import Calls
from bot.sandbox.clock import Clock, system_clock
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.listening import listening
from bot.sandbox.slack import places, posting
from bot.sandbox.slack.accounts import Accounts
from bot.sandbox.slack.answers import Answers
from bot.sandbox.slack.api import Api, watched
from bot.sandbox.slack.chat import Chat
from bot.sandbox.slack.config import AppConfig
from bot.sandbox.slack.core import Contract, Core, Event
from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.payloads import Payloads
from bot.sandbox.slack.people import Person, Tools
from bot.sandbox.slack.scopes import everything
from bot.sandbox.slack.signed_http import SignedHttp
from bot.sandbox.slack.socket_mode import SocketMode
from bot.sandbox.slack.triggers import ResponseUrls, Triggers
from bot.sandbox.slack.views import Views
from bot.sandbox.slack.world import (
    Json,
    SlackChannel,
    SlackMessage,
    SlackUser,
    Team,
    UserGroup,
    World,
)


class SlackStandIn:
    """Web API, Socket Mode, files and people of a Slack with one app in it, on one port.

    Use it as `async with SlackStandIn.start() as slack`, and send a stock client there with
    `AsyncWebClient(token=slack.token, base_url=slack.url)`, or an `AsyncApp` with that client.
    What happens is told by Socket Mode (`slack.app_token`), or, after `slack.deliver_to(url)`, by
    signed HTTP (`slack.config.signing_secret`).

    `violations` are requests and answers of the app that broke a rule; `flaws` are the stand-in's
    own payloads that do not fit Slack's description. A good test ends with both empty, and with
    no `deliveries.unanswered()`. `refusals` are all calls that were answered with an error, as
    (method, code); `events` are the events of which the app was told, oldest first.
    """

    def __init__(
        self, *, faults: Faults, clock: Clock, config: AppConfig, contract: Contract | None
    ) -> None:
        self.calls = Calls()
        self.faults = faults
        self.clock = clock
        self.config = config
        self.world = World(clock)
        self.core = Core(world=self.world, clock=clock, config=config, contract=contract)
        self.deliveries = Deliveries(self.core, faults)
        self.socket = SocketMode(self.core)
        self.deliveries.transport = self.socket
        triggers, urls = Triggers(self.core), ResponseUrls(self.core)
        self.accounts = Accounts(self.core)
        self._urls = urls
        self._files = Files(self.core)
        views = Views(self.core, triggers)
        methods = {
            **Chat().methods(),
            **views.methods(),
            **places.methods(),
            **self._files.methods(),
            **self.accounts.methods(),
        }
        self._api = Api(self.core, methods, self.accounts, open_socket=self.socket.address)
        self._tools = Tools(
            core=self.core,
            deliveries=self.deliveries,
            payloads=Payloads(core=self.core, triggers=triggers, urls=urls),
            answers=Answers(core=self.core, views=views),
            files=self._files,
        )
        self.team = self.add_team("T0STANDIN", "Stand-in")

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        faults: Iterable[Fault] = (),
        clock: Clock = system_clock,
        config: AppConfig | None = None,
        contract: Contract | None = None,
        seed: int = 0,
    ) -> AsyncIterator["SlackStandIn"]:
        """Listen on a port of 127.0.0.1 until the block ends.

        `config` is `AppConfig.from_manifest(…)` where the app is held to its own manifest; without
        it all scopes, events and commands are there. `seed` decides which calls a fault of chance
        strikes.
        """
        stand_in = cls(
            faults=Faults(faults, seed=seed),
            clock=clock,
            config=config or AppConfig(),
            contract=contract,
        )
        async with listening(stand_in._application()) as url:
            stand_in.core.url = url
            try:
                yield stand_in
            finally:
                await stand_in.deliveries.stop()

    def _application(self) -> web.Application:
        app = watched(self.calls, self.faults)
        self._api.attach(app)
        self._urls.attach(app)
        self._files.attach(app)
        self.socket.attach(app)
        return app

    @property
    def url(self) -> str:
        """The address of the Web API, for `base_url`."""
        return f"{self.core.url}/api/"

    @property
    def token(self) -> str:
        """The bot token in the first team."""
        return self.team.token

    @property
    def app_token(self) -> str:
        return self.config.app_token

    @property
    def scopes(self) -> set[str]:
        """What the app may do in the first team."""
        return self.team.scopes

    @property
    def users(self) -> dict[str, SlackUser]:
        return self.world.users

    @property
    def channels(self) -> dict[str, SlackChannel]:
        return self.world.channels

    @property
    def messages(self) -> dict[tuple[str, str], SlackMessage]:
        return self.world.messages

    @property
    def events(self) -> list[Json]:
        return self.core.events

    @property
    def violations(self) -> list[str]:
        return self.core.violations

    @property
    def flaws(self) -> list[str]:
        return self.core.flaws

    @property
    def refusals(self) -> list[tuple[str, str]]:
        return self.core.refusals

    @property
    def used_scopes(self) -> set[str]:
        """Those without which something that was done here would have been refused."""
        return self.core.used_scopes

    def in_channel(self, channel_id: str) -> list[SlackMessage]:
        return list(self.world.in_channel(channel_id))

    def deliver_to(self, url: str, *, signed_at: Clock = system_clock) -> SignedHttp:
        """Tell the app by signed requests to `url` from now on, not by Socket Mode."""
        http = SignedHttp(self.core, url, signed_at=signed_at)
        self.deliveries.transport = http
        return http

    def add_team(self, team_id: str, name: str, *, installed: bool = True) -> Team:
        """Make a workspace, with the app in it or not yet."""
        ending = "" if not self.world.teams else team_id
        team = Team(
            id=team_id,
            name=name,
            domain=name.lower(),
            token=f"xoxb-stand-in{ending}",
            bot_user_id=f"U0EARMARK{ending}",
            bot_id=f"B0EARMARK{ending}",
            scopes=set(self.config.scopes if self.config.scopes is not None else everything()),
            installed=installed,
        )
        self.world.teams[team_id] = team
        return team

    def add_user(
        self, user_id: str, *, team: Team | None = None, name: str = "", **more: Any
    ) -> SlackUser:
        """Make an account; `more` as for SlackUser."""
        team_id = (team or self.team).id
        user = SlackUser(id=user_id, team_id=team_id, name=name or user_id[2:].title(), **more)
        self.world.users[user_id] = user
        return user

    def add_channel(
        self, channel_id: str, *, team: Team | None = None, name: str = "", **more: Any
    ) -> SlackChannel:
        """Make a channel with the app in it; `more` as for SlackChannel."""
        team_id = (team or self.team).id
        channel = SlackChannel(
            id=channel_id, team_id=team_id, name=name or channel_id[2:].lower(), **more
        )
        self.world.channels[channel_id] = channel
        return channel

    def add_usergroup(self, group_id: str, name: str, people: Iterable[Person] = ()) -> UserGroup:
        """Make a user group in the first team."""
        group = UserGroup(
            id=group_id,
            team_id=self.team.id,
            name=name,
            handle=name.lower(),
            users={each.id for each in people},
        )
        self.world.groups[group_id] = group
        return group

    def person(
        self, name: str, *, team: Team | None = None, here: SlackChannel | None = None, **more: Any
    ) -> Person:
        """Let somebody join a team, and stand in `here` or alone with the app.

        `more` as for SlackUser: `tz`, `restricted`, `admin`… Somebody of another team than the
        channel's is there by Slack Connect.
        """
        user = self.add_user(f"U0{name.upper()}", team=team, name=name, **more)
        if here is not None:
            self.join(user, here)
        return self.person_of(user, here=here)

    def person_of(self, user: SlackUser, *, here: SlackChannel | None = None) -> Person:
        """Return the door to what an account that is there already can do."""
        place = here or self.world.direct(self.world.teams[user.team_id], user.id)
        return Person(self._tools, user=user, here=place)

    def join(self, user: SlackUser, channel: SlackChannel) -> None:
        channel.members.add(user.id)
        if user.team_id != channel.team_id:
            channel.shared_with.add(user.team_id)
        self.core.changes.happened()

    def allow(self, person: Person, url: str) -> str:
        """Let somebody click Allow on the page at `url`; return where Slack sends them then.

        `url` is that to which the app's own `/slack/install` redirects.
        """
        said = dict(parse_qsl(urlsplit(url).query))
        return self.accounts.allow(person.user, person.team, said)

    def uninstall(self, team: Team | None = None) -> None:
        """Let an admin throw the app out."""
        self.accounts.uninstall(team or self.team)

    def invite_app(self, channel: SlackChannel) -> None:
        """Let somebody invite the app into a channel, and tell it."""
        channel.member = True
        team = self.world.teams[channel.team_id]
        payload = {
            "type": "member_joined_channel",
            "user": team.bot_user_id,
            "channel": channel.id,
            "channel_type": "G" if channel.private else "C",
            "team": team.id,
        }
        self.core.publish(Event(team=team, name="member_joined_channel", payload=payload))

    def delete(self, message: SlackMessage) -> None:
        """Let an admin delete a message, and tell the app."""
        posting.delete(self.core, message)

    def set_fault(self, fault: Fault) -> None:
        self.faults.set(fault)

    def clear_faults(self) -> None:
        self.faults.clear()
