"""The cog that takes every press and every form of ours, and knows what each leads to."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui
from discord.ext import commands

from bot.chat import replies
from bot.chat.custom_id import CustomId, parse
from bot.chat.forms import Form
from bot.chat.replies import Reply
from bot.chat_texts import OLD_BUTTON_TEXT
from bot.errors import EarmarkError, NotFoundError
from bot.platforms.discord import presses
from bot.platforms.discord.answering import open_form, respond
from bot.platforms.discord.forms import modal_of
from bot.platforms.discord.patience import Patience
from bot.platforms.discord.presses import Press
from bot.platforms.discord.reception import AnyInteraction, Reception, Visit
from bot.platforms.discord.screen import Screen
from bot.platforms.discord.shown import screen_of
from bot.platforms.discord.translator import Words

# Messages that somebody may be pressing on at this moment.
_REMEMBERED = 2000

Work = Callable[[Visit], Awaitable[Reply | Screen]]
FormMaker = Callable[[Visit], Awaitable[Form]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a press or a form does. Its answer replaces the message that it came from.

    With `beside` it is a message of its own. So it is where others see the old message, too, which
    changes by way of the outbox; and where one of the two is made of components alone (`layout`)
    and the other is not, as Discord turns neither into the other.
    """

    work: Work
    beside: bool = False
    layout: bool = False
    # What opens again what stood there, under a refusal that took its place; by the same id.
    back: str = ""

    def in_place_of(self, message: discord.Message | None) -> bool:
        if message is None or self.beside:
            return False
        return message.flags.ephemeral and message.flags.components_v2 == self.layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """`pressed` and `sent` do something at once, `opened` shows a form; all by action."""

    pressed: Mapping[str, Route]
    opened: Mapping[str, FormMaker]
    sent: Mapping[str, Route]


class Newest:
    """Which press is the newest on each message: an older answer never covers a newer one.

    An answer that nobody acknowledged may have got through, and is only repeated until somebody
    presses on it.
    """

    def __init__(self) -> None:
        self._pressed: OrderedDict[int, int] = OrderedDict()
        self._seen: OrderedDict[int, None] = OrderedDict()

    def see(self, message: discord.Message | None) -> None:
        """Note that somebody has pressed on a message, and so has read what answered them there."""
        origin = None if message is None else message.interaction_metadata
        if origin is not None:
            self._seen[origin.id] = None
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)

    def unseen(self, interaction_id: int) -> Callable[[], bool]:
        """Return what tells whether the answer to an interaction may still be missing."""
        return lambda: interaction_id not in self._seen

    def at(self, message_id: int, interaction_id: int) -> Callable[[], bool]:
        """Note a press, and return what tells whether it is still the newest there."""
        self._pressed[message_id] = interaction_id
        self._pressed.move_to_end(message_id)
        if len(self._pressed) > _REMEMBERED:
            self._pressed.popitem(last=False)
        return lambda: self._pressed.get(message_id, interaction_id) == interaction_id


class Earmark(commands.Cog, name=presses.COG):
    """Every answer of ours goes through here, whichever command, button or form asked for it."""

    def __init__(
        self,
        bot: commands.Bot,
        reception: Reception,
        routes: Routes,
        *,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.reception = reception
        self.bot = bot
        self._routes = routes
        self._close = close
        self.patience = Patience()
        self._newest = Newest()

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(Press)

    async def cog_unload(self) -> None:
        self.bot.remove_dynamic_items(Press)
        if isinstance(self.bot.tree.translator, Words):
            await self.bot.tree.set_translator(None)
        await self.patience.close()
        if self._close is not None:
            await self._close()

    async def take_press(self, interaction: AnyInteraction, carried: CustomId) -> None:
        """Do what a button or a select asks for; who presses is checked again each time."""
        if not self.reception.first_time(interaction):
            return
        self._newest.see(interaction.message)
        if make := self._routes.opened.get(carried.action):
            await self.open(interaction, make, carried)
            return
        await self._run(interaction, self._routes.pressed.get(carried.action), carried)

    @commands.Cog.listener("on_interaction")
    async def take_form(self, interaction: AnyInteraction) -> None:
        """Read a form that was sent, whichever process has shown it."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Mapping[str, Any] = interaction.data or {}
        carried = parse(str(data.get("custom_id", "")))
        if carried is None or not self.reception.first_time(interaction):
            return
        await self._run(interaction, self._routes.sent.get(carried.action), carried)

    async def command(self, interaction: AnyInteraction, work: Work) -> None:
        """Reply a command, for who typed it alone."""
        if self.reception.first_time(interaction):
            await respond(
                interaction,
                self._visiting(interaction, work),
                is_wanted=self._newest.unseen(interaction.id),
            )

    async def command_form(self, interaction: AnyInteraction, make: FormMaker) -> None:
        """Reply a command with a form."""
        if self.reception.first_time(interaction):
            await self.open(interaction, make)

    async def open(
        self, interaction: AnyInteraction, make: FormMaker, carried: CustomId | None = None
    ) -> None:
        async def made() -> ui.Modal:
            return modal_of(await make(await self.reception.visit(interaction, carried)))

        await open_form(interaction, made, patience=self.patience)

    async def _run(
        self, interaction: AnyInteraction, route: Route | None, carried: CustomId
    ) -> None:
        if route is None:
            await respond(interaction, _gone)
            return
        work = self._visiting(interaction, route.work, carried)
        message = interaction.message
        if route.back and (message is None or route.in_place_of(message)):
            work = _with_way_back(work, route.back, carried)
        if message is None or not route.in_place_of(message):
            await respond(interaction, work, is_wanted=self._newest.unseen(interaction.id))
            return
        await respond(
            interaction, work, in_place=True, is_wanted=self._newest.at(message.id, interaction.id)
        )

    def _visiting(
        self, interaction: AnyInteraction, work: Work, carried: CustomId | None = None
    ) -> Callable[[], Awaitable[Screen]]:
        async def run() -> Screen:
            return screen_of(await work(await self.reception.visit(interaction, carried)))

        return run


def _with_way_back(
    work: Callable[[], Awaitable[Screen]], back: str, carried: CustomId
) -> Callable[[], Awaitable[Screen]]:
    async def run() -> Screen:
        try:
            return await work()
        except EarmarkError as error:
            return screen_of(replies.refusal(str(error), back=back, argument=carried.id))

    return run


async def _gone() -> Screen:
    raise NotFoundError(OLD_BUTTON_TEXT)
