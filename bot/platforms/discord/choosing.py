"""Lists that open while somebody types: from the database, without waiting for who writes there.

Discord drops a list that comes after three seconds, and people do not wait half of one.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot.messages import plain
from bot.platforms.discord import limits
from bot.platforms.discord.earmark import Earmark
from bot.platforms.discord.reception import Visit
from bot.workflow import suggest
from bot.workflow.suggest import Suggestion
from db.engine import reading

Interaction = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]

# A list that is late is no list: an empty one lets people type on.
_PATIENCE_S = 1.0


async def playlist_choices(front: Earmark, interaction: Interaction, current: str) -> Choices:
    async def found(visit: Visit) -> list[Suggestion]:
        async with reading(visit.desk.sessions) as session:
            named = await suggest.playlists_for(
                session, workspace_id=visit.desk.workspace_id, text=current
            )
        return [Suggestion(value=one.name, label=one.name) for one in named]

    return await _choices(front, interaction, found)


async def curated_choices(front: Earmark, interaction: Interaction, current: str) -> Choices:
    async def found(visit: Visit) -> list[Suggestion]:
        async with reading(visit.desk.sessions) as session:
            return await suggest.submissions_for_curator(
                session,
                workspace_id=visit.desk.workspace_id,
                person=visit.person,
                text=current,
            )

    return await _choices(front, interaction, found)


def zone_choices(current: str) -> Choices:
    return [_choice(Suggestion(value=zone, label=zone)) for zone in suggest.zones_for(current)]


async def _choices(
    front: Earmark,
    interaction: Interaction,
    found: Callable[[Visit], Awaitable[list[Suggestion]]],
) -> Choices:
    async def look() -> list[Suggestion]:
        return await found(await front.reception.visit(interaction))

    try:
        suggestions = await front.patience.within(_PATIENCE_S, look)
    except TimeoutError:
        return []
    # What is longer than a value may be cannot be handed back; it can still be typed.
    fitting = [one for one in suggestions if len(one.value) <= limits.CHOICE_VALUE]
    return [_choice(one) for one in fitting[: limits.AUTOCOMPLETE_CHOICES]]


def _choice(shown: Suggestion) -> app_commands.Choice[str]:
    return app_commands.Choice(name=plain(shown.label, limit=limits.CHOICE_NAME), value=shown.value)
