"""Earmark on Discord; as an extension: `await bot.load_extension("bot.platforms.discord")`."""

from bot.platforms.discord.extension import setup

__all__ = ["setup"]
