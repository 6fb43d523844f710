"""The commands of curators. Who may use them the workflow decides, playlist by playlist."""

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import decide_work, digest_work, queue_work, review_work
from bot.chat.digest_work import Deed
from bot.platforms.discord import command_texts as words
from bot.platforms.discord.choosing import Choices, curated_choices, playlist_choices
from bot.platforms.discord.earmark import Earmark
from bot.workflow.queue import View

Interaction = discord.Interaction[Any]


class Curators(commands.Cog, name="Earmark: curators"):
    """Queue, next, track, undo, digest."""

    def __init__(self, front: Earmark) -> None:
        self._front = front

    @app_commands.command(name="queue", description=words.QUEUE)
    @app_commands.guild_only()
    @app_commands.describe(
        playlist=words.QUEUE_PLAYLIST, view=words.QUEUE_VIEW, page=words.QUEUE_PAGE
    )
    async def queue(
        self,
        interaction: Interaction,
        *,
        playlist: str | None = None,
        view: Literal[
            "suggested", "oldest", "discovery", "needs-vote", "mine", "maybe"
        ] = "suggested",
        page: app_commands.Range[int, 1, 1000] = 1,
    ) -> None:
        await self._front.command(
            interaction,
            lambda visit: queue_work.show_reviewed(
                visit, playlist=playlist, view=View(view), number=page
            ),
        )

    @app_commands.command(name="next", description=words.NEXT)
    @app_commands.guild_only()
    @app_commands.describe(playlist=words.QUEUE_PLAYLIST)
    async def next_track(self, interaction: Interaction, *, playlist: str | None = None) -> None:
        await self._front.command(
            interaction, lambda visit: review_work.next_reviewed(visit, playlist=playlist)
        )

    @app_commands.command(name="track", description=words.TRACK)
    @app_commands.guild_only()
    @app_commands.rename(code="id")
    @app_commands.describe(code=words.TRACK_ID)
    async def track(self, interaction: Interaction, *, code: str) -> None:
        await self._front.command(interaction, lambda visit: review_work.show_history(visit, code))

    @app_commands.command(name="undo", description=words.UNDO)
    @app_commands.guild_only()
    @app_commands.rename(code="id")
    @app_commands.describe(code=words.UNDO_ID)
    async def undo(self, interaction: Interaction, *, code: str | None = None) -> None:
        await self._front.command(interaction, lambda visit: decide_work.undo(visit, code))

    @app_commands.command(name="digest", description=words.DIGEST)
    @app_commands.guild_only()
    @app_commands.describe(action=words.DIGEST_ACTION, playlist=words.DIGEST_PLAYLIST)
    async def digest(
        self,
        interaction: Interaction,
        *,
        action: Literal["preview", "send", "skip"],
        playlist: str | None = None,
    ) -> None:
        await self._front.command(
            interaction, lambda visit: digest_work.do(visit, Deed(action), playlist=playlist)
        )

    @digest.autocomplete("playlist")
    @queue.autocomplete("playlist")
    @next_track.autocomplete("playlist")
    async def _playlists(self, interaction: Interaction, current: str) -> Choices:
        return await playlist_choices(self._front, interaction, current)

    @track.autocomplete("code")
    @undo.autocomplete("code")
    async def _codes(self, interaction: Interaction, current: str) -> Choices:
        return await curated_choices(self._front, interaction, current)
