"""The Discord stand-in: where it listens, what was asked of it, and how to make it fail."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.sandbox.calls import Calls
from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock, system_clock
from bot.sandbox.discord.application import ApplicationRoutes
from bot.sandbox.discord.callbacks import CallbackRoutes
from bot.sandbox.discord.cdn import Cdn
from bot.sandbox.discord.channels import ChannelRoutes
from bot.sandbox.discord.commands import CommandRoutes, Commands
from bot.sandbox.discord.core import API, Contract, Core, Refusal, Violation
from bot.sandbox.discord.gate import Gate
from bot.sandbox.discord.gateway import Gateway
from bot.sandbox.discord.guilds import GuildRoutes
from bot.sandbox.discord.interactions import Interactions
from bot.sandbox.discord.messages import MessageRoutes
from bot.sandbox.discord.people import Person
from bot.sandbox.discord.posting import Posting
from bot.sandbox.discord.rates import RateLimiter, Rates
from bot.sandbox.discord.redirect import Redirect
from bot.sandbox.discord.webhooks import WebhookRoutes
from bot.sandbox.discord.wire import channel_json
from bot.sandbox.discord.world import Channel, Guild, Message, Role, User, World
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.listening import HOST, listening
from bot.sandbox.upload import Upload

TOKEN = "stand-in.bot.token"  # noqa: S105 - opens nothing but the stand-in
# A client may post ten files of ten MiB at once.
_MAX_BODY_BYTES = 110 * 1024 * 1024


class DiscordStandIn:
    """REST, gateway and files of a Discord with one bot in it, on one port of 127.0.0.1.

    Use it as `async with DiscordStandIn.start() as discord`, and send a stock client there with
    `Client(connector=discord.connector())` and `discord.token`.

    `violations` are the bot's requests that broke a rule; `flaws` are the stand-in's own answers
    and events that do not fit Discord's description. A good test ends with both empty, and with
    no `interactions.unanswered()`. `refusals` are all requests that were answered with a code, as
    10062 for an answer that came too late. Looking at the official description takes some tens of
    milliseconds a call: a test of speed leaves `contract` out.
    """

    token = TOKEN

    def __init__(
        self,
        *,
        faults: Faults,
        clock: Clock,
        rates: Rates,
        contract: Contract | None,
    ) -> None:
        self.calls = Calls()
        self.world = World(clock)
        self.url = ""
        self._faults = faults
        self.core = Core(
            world=self.world,
            clock=clock,
            cdn=Cdn(self.world, clock),
            token=TOKEN,
            contract=contract,
        )
        limiter = RateLimiter(rates, time.monotonic, lambda: clock().timestamp())
        self.posting = Posting(self.core)
        self.interactions = Interactions(self.core)
        self.commands = Commands(self.core)
        self.gateway = Gateway(self.core, faults)
        self._gate = Gate(core=self.core, calls=self.calls, faults=faults, limiter=limiter)

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        faults: Iterable[Fault] = (),
        clock: Clock = system_clock,
        rates: Rates | None = None,
        contract: Contract | None = None,
        seed: int = 0,
    ) -> AsyncIterator["DiscordStandIn"]:
        """Listen until the block ends. `seed` decides which calls a fault of chance strikes."""
        stand_in = cls(
            faults=Faults(faults, seed=seed),
            clock=clock,
            rates=rates or Rates(),
            contract=contract,
        )
        async with listening(stand_in._application()) as url:
            stand_in.url = stand_in.core.cdn.base = url
            yield stand_in

    def _application(self) -> web.Application:
        middlewares = [self._gate.handle]
        app = web.Application(middlewares=middlewares, client_max_size=_MAX_BODY_BYTES)
        posting = self.posting
        MessageRoutes(self.core, posting).attach(app)
        ChannelRoutes(self.core, posting).attach(app)
        ApplicationRoutes(self.core).attach(app)
        GuildRoutes(self.core).attach(app)
        CommandRoutes(self.core, self.commands).attach(app)
        CallbackRoutes(self.core, posting, self.interactions).attach(app)
        WebhookRoutes(self.core, posting, self.interactions).attach(app)
        self.core.cdn.attach(app)
        self.gateway.attach(app)
        return app

    def say(
        self, user: User, text: str, *, channel: Channel | None = None, files: Iterable[Upload] = ()
    ) -> Message:
        """Let somebody write a message: in a channel, or to the bot in private."""
        place = self.world.direct(user) if channel is None else channel
        return self.posting.say(user, text, channel=place, files=files)

    def add_channel(self, guild: Guild, name: str, **more: Any) -> Channel:
        """Make a channel while the bot is there, and tell it; `more` as for World.add_channel."""
        channel = self.world.add_channel(guild, name, **more)
        self.core.publish("CHANNEL_CREATE", channel_json(self.world, channel))
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """Take a channel away, with its threads and all that was said in it."""
        payload = channel_json(self.world, channel)
        self.world.remove(channel)
        self.core.publish("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", payload)

    def person(
        self,
        name: str,
        guild: Guild,
        *,
        roles: Iterable[Role] = (),
        here: Channel | None = None,
        locale: str = "en-US",
    ) -> Person:
        """Let somebody join a server, and stand in `here` or in its first channel."""
        user = self.world.add_user(name, locale=locale)
        self.world.join(guild, user, roles=[role.id for role in roles])
        return self.person_of(user, here=here or next(self.world.in_guild(guild)))

    def person_of(self, user: User, *, here: Channel) -> Person:
        """Return the door to what an account that is there already can do."""
        return Person(
            self.core,
            user=user,
            here=here,
            commands=self.commands,
            interactions=self.interactions,
            gateway=self.gateway,
            posting=self.posting,
        )

    def connector(self) -> Redirect:
        """Return what makes a stock client talk to this stand-in; one for each client."""
        return Redirect(host=HOST, port=int(self.url.rpartition(":")[2]))

    @property
    def api_url(self) -> str:
        """What `discord.http.Route.BASE` is at the stand-in."""
        return f"{self.url}{API}"

    @property
    def gateway_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/gateway"

    @property
    def violations(self) -> list[Violation]:
        return self.core.violations

    @property
    def refusals(self) -> list[Refusal]:
        return self.core.refusals

    @property
    def flaws(self) -> list[str]:
        return self.core.flaws

    @property
    def changes(self) -> Changes:
        return self.core.changes

    def set_fault(self, fault: Fault) -> None:
        self._faults.set(fault)

    def clear_faults(self) -> None:
        self._faults.clear()
