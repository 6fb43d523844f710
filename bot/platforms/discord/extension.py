"""What makes any discord.py bot an Earmark: cogs, buttons, and the words of the commands."""

from discord.ext import commands

from bot.platforms.discord.admins import Admins
from bot.platforms.discord.artists import Artists
from bot.platforms.discord.curators import Curators
from bot.platforms.discord.earmark import Earmark
from bot.platforms.discord.reception import Reception
from bot.platforms.discord.routes import ROUTES
from bot.platforms.discord.translator import Words
from bot.workflow.desk import Desk


async def add(bot: commands.Bot, desk: Desk) -> None:
    """Add everything that answers people; the desk stays its opener's to close."""
    front = Earmark(bot, Reception(desk), ROUTES)
    await bot.add_cog(front)
    await bot.add_cog(Artists(front))
    await bot.add_cog(Curators(front))
    await bot.add_cog(Admins(front))
    # A bot that speaks its own languages keeps its translator.
    if bot.tree.translator is None:
        await bot.tree.set_translator(Words())
