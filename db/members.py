"""Members and their identities: one person, however many platforms."""

from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import (
    Block,
    Decision,
    Event,
    Exposure,
    Identity,
    JoinCode,
    Member,
    Pin,
    Platform,
    PlaylistCurator,
    Submission,
    Vote,
    WeekDigest,
)
from db.status import UNANSWERED
from db.upsert import insert_or_skip


async def ensure(
    session: AsyncSession,
    *,
    workspace_id: int,
    platform: Platform,
    external_id: str,
    display_name: str,
    now: datetime,
) -> Member:
    """Return the member behind an identity, made at the first meeting; the newest name stays."""
    known = _behind(workspace_id, platform, external_id)
    member = await session.scalar(known)
    if member is None:
        member = Member(workspace_id=workspace_id, display_name=display_name, created_at=now)
        session.add(member)
        await session.flush()
        identity = Identity(
            workspace_id=workspace_id,
            member_id=member.id,
            platform=platform,
            external_id=external_id,
        )
        if not await insert_or_skip(session, identity):
            # Another process met the same person at the same moment, and was first.
            await session.delete(member)
            member = (await session.scalars(known)).one()
    member.display_name = display_name
    await session.flush()
    return member


async def get(session: AsyncSession, *, workspace_id: int, member_id: int) -> Member | None:
    """Return a member with their identities."""
    return await session.scalar(
        select(Member)
        .where(Member.workspace_id == workspace_id, Member.id == member_id)
        .options(selectinload(Member.identities))
        .execution_options(populate_existing=True)
    )


async def by_identity(
    session: AsyncSession, *, workspace_id: int, platform: Platform, external_id: str
) -> Member | None:
    return await session.scalar(_behind(workspace_id, platform, external_id))


async def put_zone(
    session: AsyncSession, *, workspace_id: int, platform: Platform, external_id: str, zone: str
) -> bool:
    """Note where an account says that it is; return False where nobody has that account."""
    changed = await session.scalar(
        update(Identity)
        .where(
            Identity.workspace_id == workspace_id,
            Identity.platform == platform,
            Identity.external_id == external_id,
        )
        .values(zone=zone)
        .returning(Identity.id)
    )
    return changed is not None


async def allow_messages(
    session: AsyncSession, *, workspace_id: int, member_id: int, allowed: bool
) -> None:
    """Note whether a member takes direct messages."""
    await session.execute(
        update(Member)
        .where(Member.workspace_id == workspace_id, Member.id == member_id)
        .values(dm_allowed=allowed)
    )


async def link(
    session: AsyncSession, *, workspace_id: int, member_id: int, other_id: int
) -> Member:
    """Make two members one: all that `other_id` has and did becomes `member_id`'s.

    So nobody votes on their own submission, or submits twice, by way of a second account.
    LookupError where one of them is not in the workspace.
    """
    if member_id == other_id:
        raise ValueError(f"member {member_id} cannot be linked with itself")
    kept = await _existing(session, workspace_id, member_id)
    await _existing(session, workspace_id, other_id)
    await _drop_twins(session, workspace_id, member_id=member_id, other_id=other_id)
    for table, column in (
        (Identity, Identity.member_id),
        (PlaylistCurator, PlaylistCurator.member_id),
        (Submission, Submission.member_id),
        (Submission, Submission.claimed_by),
        (Event, Event.actor_id),
        (Vote, Vote.member_id),
        (Decision, Decision.member_id),
        (Exposure, Exposure.member_id),
        (JoinCode, JoinCode.member_id),
        (Block, Block.member_id),
        (Block, Block.created_by),
        (Pin, Pin.member_id),
        (WeekDigest, WeekDigest.member_id),
    ):
        await session.execute(
            update(table)
            .where(table.workspace_id == workspace_id, column == other_id)
            .values({column: member_id})
        )
    await _void_own(session, workspace_id, member_id=member_id)
    await session.execute(
        delete(Member).where(Member.workspace_id == workspace_id, Member.id == other_id)
    )
    await session.refresh(kept, ["identities"])
    return kept


async def _existing(session: AsyncSession, workspace_id: int, member_id: int) -> Member:
    member = await get(session, workspace_id=workspace_id, member_id=member_id)
    if member is None:
        raise LookupError(f"no member {member_id} in workspace {workspace_id}")
    return member


async def _void_own(session: AsyncSession, workspace_id: int, *, member_id: int) -> None:
    """Drop a member's votes and claims on what has turned out to be their own and still waits."""
    own = (
        Submission.workspace_id == workspace_id,
        Submission.member_id == member_id,
        Submission.status.in_(UNANSWERED),
    )
    await session.execute(
        delete(Vote).where(
            Vote.workspace_id == workspace_id,
            Vote.member_id == member_id,
            Vote.submission_id.in_(select(Submission.id).where(*own)),
        )
    )
    await session.execute(
        update(Submission)
        .where(*own, Submission.claimed_by == member_id)
        .values(claimed_by=None, claimed_at=None)
    )


async def _drop_twins(
    session: AsyncSession, workspace_id: int, *, member_id: int, other_id: int
) -> None:
    # Where both voted on one submission, curate one playlist or are kept out, the kept member's
    # row stays.
    voted = select(Vote.submission_id).where(
        Vote.workspace_id == workspace_id, Vote.member_id == member_id
    )
    await session.execute(
        delete(Vote).where(
            Vote.workspace_id == workspace_id,
            Vote.member_id == other_id,
            Vote.submission_id.in_(voted),
        )
    )
    curates = select(PlaylistCurator.playlist_id).where(
        PlaylistCurator.workspace_id == workspace_id, PlaylistCurator.member_id == member_id
    )
    await session.execute(
        delete(PlaylistCurator).where(
            PlaylistCurator.workspace_id == workspace_id,
            PlaylistCurator.member_id == other_id,
            PlaylistCurator.playlist_id.in_(curates),
        )
    )
    blocked = select(Block.id).where(
        Block.workspace_id == workspace_id, Block.member_id == member_id
    )
    if await session.scalar(blocked) is not None:
        await session.execute(
            delete(Block).where(Block.workspace_id == workspace_id, Block.member_id == other_id)
        )


def _behind(workspace_id: int, platform: Platform, external_id: str) -> Select[Member]:
    return (
        select(Member)
        .join(Member.identities)
        .where(
            Identity.workspace_id == workspace_id,
            Identity.platform == platform,
            Identity.external_id == external_id,
        )
    )
