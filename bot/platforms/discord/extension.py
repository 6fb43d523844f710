"""What makes any discord.py bot an Earmark: cogs, buttons, and the words of the commands."""

from collections.abc import Awaitable, Callable

from discord.ext import commands

from bot.platforms.discord.admins import Admins
from bot.platforms.discord.artists import Artists
from bot.platforms.discord.curators import Curators
from bot.platforms.discord.earmark import Earmark
from bot.platforms.discord.mount import Household
from bot.platforms.discord.reception import Reception
from bot.platforms.discord.routes import ROUTES
from bot.platforms.discord.translator import Words
from bot.workflow.desk import Desk


async def setup(bot: commands.Bot) -> None:
    """Open a whole desk by the `EARMARK_…` settings, and add what answers people.

    discord.py calls this for `await bot.load_extension("bot.platforms.discord")`.
    """
    household = Household(bot)
    desk = await household.open()
    try:
        await add(bot, desk, close=household.close)
    except BaseException:
        await household.close()
        raise


async def add(
    bot: commands.Bot, desk: Desk, *, close: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Add everything that answers people; `close` closes the desk when it is taken away again."""
    # A bot that speaks its own languages keeps its translator.
    if bot.tree.translator is None:
        await bot.tree.set_translator(Words())
    front = Earmark(bot, Reception(desk), ROUTES, close=close)
    await bot.add_cog(front)
    await bot.add_cog(Artists(front))
    await bot.add_cog(Curators(front))
    await bot.add_cog(Admins(front))
