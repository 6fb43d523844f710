"""Who curates at the console: whoever the operator says."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.workflow.desk import Desk
from bot.workflow.people import console_person, member_of
from db import curators
from db.models import Playlist
from db.types import Role


async def appoint(session: AsyncSession, desk: Desk, playlist: Playlist, name: str) -> None:
    """Make the person a curator of the playlist, if they are none: the operator vouches for them.

    Whoever may open the database may name themselves here.
    """
    member = await member_of(session, desk.workspace_id, console_person(name), now=desk.now())
    role = await curators.role_of(
        session,
        workspace_id=desk.workspace_id,
        playlist_id=playlist.id,
        member_id=member.id,
    )
    if role is None:
        await curators.add(
            session,
            workspace_id=desk.workspace_id,
            playlist_id=playlist.id,
            member_id=member.id,
            role=Role.CURATOR,
            now=desk.now(),
        )
