"""Who asks: a person on a platform, and what that person may do for a playlist."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowedError, RuleError
from bot.messages import plain
from db import curators, members
from db.models import Member, Platform, Playlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`external_id` is the platform's own id of the person, never the changeable name."""

    platform: Platform
    external_id: str
    name: str


def console_person(name: str) -> Person:
    """Return the person called `name` at the console, where the name is all there is.

    RuleError where nothing of the name can be shown: all such people would be one.
    """
    shown = plain(name)
    if not shown:
        raise RuleError("That name shows no letter. Say who you are, as in --as ana.", rule="name")
    return Person(platform=Platform.CONSOLE, external_id=shown.casefold(), name=shown)


async def member_of(
    session: AsyncSession, workspace_id: int, person: Person, *, now: datetime
) -> Member:
    """Return the person's member row, made at the first meeting."""
    return await members.ensure(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
        # Platforms let people call themselves anything; no view has to distrust a stored name.
        display_name=plain(person.name) or "somebody",
        now=now,
    )


async def require_curator(session: AsyncSession, playlist: Playlist, member: Member) -> None:
    """Raise NotAllowedError unless `member` curates `playlist`."""
    role = await curators.role_of(
        session,
        workspace_id=playlist.workspace_id,
        playlist_id=playlist.id,
        member_id=member.id,
    )
    if role is None:
        raise NotAllowedError(
            f"Only curators of {playlist.name} may do this, and {member.display_name} is not one."
        )
