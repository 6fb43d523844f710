"""Names and descriptions of commands in the languages that we speak."""

from collections.abc import Mapping
from types import MappingProxyType

import discord
from discord import app_commands

from bot.platforms.discord.german_texts import GERMAN

_LANGUAGES: Mapping[discord.Locale, Mapping[str, str]] = MappingProxyType(
    {discord.Locale.german: GERMAN}
)


class Words(app_commands.Translator):
    """Looks each word up; what no table has stays English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        del context
        return _LANGUAGES.get(locale, {}).get(string.message)
