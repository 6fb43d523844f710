"""The commands of artists."""

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import artist_work, privacy_work
from bot.chat.drafts import Draft
from bot.chat.forms import Form, Upload
from bot.chat.replies import Reply
from bot.chat_texts import NO_LINK_THERE_TEXT
from bot.errors import LinkError
from bot.platforms.discord import command_texts as words
from bot.platforms.discord.choosing import playlist_choices
from bot.platforms.discord.earmark import Earmark
from bot.platforms.discord.reception import Visit
from bot.workflow.mine import Stand
from db.types import AiUse

Interaction = discord.Interaction[Any]

_AI = [
    app_commands.Choice(name="No", value=AiUse.NO.value),
    app_commands.Choice(name="Partly", value=AiUse.PARTLY.value),
    app_commands.Choice(name="Mostly", value=AiUse.MOSTLY.value),
]


class Artists(commands.Cog, name="Earmark: artists"):
    """Submit, check, see where it stands."""

    def __init__(self, front: Earmark) -> None:
        self._front = front
        self._menu = app_commands.ContextMenu(name=words.SUBMIT_THIS, callback=self._submit_this)
        self._menu.guild_only = True

    async def cog_load(self) -> None:
        self._front.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self._front.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="submit", description=words.SUBMIT)
    @app_commands.guild_only()
    @app_commands.describe(
        link=words.SUBMIT_LINK,
        playlist=words.SUBMIT_PLAYLIST,
        ai=words.SUBMIT_AI,
        note=words.SUBMIT_NOTE,
        audio=words.SUBMIT_AUDIO,
        ownership=words.SUBMIT_OWNERSHIP,
        genre=words.SUBMIT_GENRE,
        language=words.SUBMIT_LANGUAGE,
        anyway=words.SUBMIT_ANYWAY,
    )
    @app_commands.choices(ai=_AI)
    async def submit(
        self,
        interaction: Interaction,
        *,
        link: str | None = None,
        playlist: str | None = None,
        ai: app_commands.Choice[str] | None = None,
        note: app_commands.Range[str, 1, 200] | None = None,
        audio: discord.Attachment | None = None,
        ownership: bool = False,
        genre: str | None = None,
        language: str | None = None,
        anyway: bool = False,
    ) -> None:
        """Submit at once where all was said, else show the form with what was."""
        draft = Draft(
            link=link or "",
            ai_use=AiUse(ai.value) if ai else None,
            note=note or "",
            owns=ownership,
            anyway=anyway,
            genre=genre or "",
            language=language or "",
        )
        # A form has no room for these two, and a refusal keeps them.
        said_more = bool(genre or language) and link is not None
        if audio is None and not said_more and (link is None or ai is None or not ownership):
            await self._front.command_form(
                interaction, lambda visit: artist_work.named_form(visit, draft, playlist)
            )
            return
        upload = _upload(audio) if audio else None
        await self._front.command(
            interaction,
            lambda visit: artist_work.send(visit, draft, upload=upload, playlist=playlist),
        )

    @app_commands.command(name="mysubs", description=words.MYSUBS)
    @app_commands.guild_only()
    @app_commands.describe(state=words.MYSUBS_STATE)
    async def mysubs(
        self,
        interaction: Interaction,
        state: Literal["all", "waiting", "answered"] = "all",
    ) -> None:
        await self._front.command(
            interaction, lambda visit: artist_work.show_own(visit, stand=Stand(state))
        )

    @app_commands.command(name="check", description=words.CHECK)
    @app_commands.guild_only()
    @app_commands.describe(link=words.CHECK_LINK, playlist=words.CHECK_PLAYLIST, ai=words.SUBMIT_AI)
    @app_commands.choices(ai=_AI)
    async def check(
        self,
        interaction: Interaction,
        *,
        link: str,
        playlist: str | None = None,
        ai: app_commands.Choice[str] | None = None,
    ) -> None:
        ai_use = AiUse(ai.value) if ai else None
        await self._front.command(
            interaction,
            lambda visit: artist_work.check_track(
                visit, link=link, playlist=playlist, ai_use=ai_use
            ),
        )

    @app_commands.command(name="calls", description=words.CALLS)
    @app_commands.guild_only()
    async def calls(self, interaction: Interaction) -> None:
        await self._front.command(interaction, artist_work.show_calls)

    @app_commands.command(name="privacy", description=words.PRIVACY)
    @app_commands.guild_only()
    @app_commands.describe(action=words.PRIVACY_ACTION, code=words.PRIVACY_CODE)
    async def privacy(
        self,
        interaction: Interaction,
        *,
        action: Literal["export", "delete", "dm-on", "dm-off", "join-accounts"],
        code: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        async def work(visit: Visit) -> Reply:
            match action:
                case "export":
                    return await privacy_work.export(visit)
                case "delete":
                    return await privacy_work.ask_delete(visit)
                case "join-accounts":
                    return await privacy_work.join_accounts(visit, code)
                case _:
                    return await privacy_work.allow_messages(visit, allowed=action == "dm-on")

        await self._front.command(interaction, work)

    @submit.autocomplete("playlist")
    @check.autocomplete("playlist")
    async def _playlists(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await playlist_choices(self._front, interaction, current)

    async def _submit_this(self, interaction: Interaction, message: discord.Message) -> None:
        """Open the form with the link that a message holds."""
        link = artist_work.link_in(message.content)

        async def make(visit: Visit) -> Form:
            if not link:
                raise LinkError(NO_LINK_THERE_TEXT)
            return await artist_work.new_form(visit, Draft(link=link))

        await self._front.command_form(interaction, make)


def _upload(audio: discord.Attachment) -> Upload:
    return Upload(filename=audio.filename, size=audio.size, url=audio.url)
