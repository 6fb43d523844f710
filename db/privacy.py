"""What is kept of a person, and taking it away: decisions stay, without whose they were.

A table that refers to a member or to a submission must be named in `HANDLED`; a test sees to it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import recipients
from db.models import (
    Block,
    Decision,
    DraftFile,
    Event,
    Exposure,
    Identity,
    JoinCode,
    Mailbox,
    Member,
    OutboxMessage,
    Platform,
    PlaylistCurator,
    Post,
    Seed,
    Status,
    Submission,
    Track,
    Vote,
)
from db.status import UNANSWERED

NOBODY = "deleted person"
_GONE = "deleted"
# Said by the artist, not by a service: it goes with the artist.
_BY_ARTIST = frozenset({"artist", "upload"})

HANDLED: Mapping[str, str] = MappingProxyType(
    {
        "blocks": "a block of the person goes; one that they made stays without a name",
        "decisions": "stay, without a name; notes to the person go",
        "draft_files": "go",
        "events": "stay, without a name; notes on the person's submissions go",
        "exposures": "stay, without a name",
        "identities": "go",
        "join_codes": "go",
        "outbox": "messages to the person go",
        "pins": "stay, without a name",
        "playlist_curators": "go",
        "posts": "messages to the person are forgotten; cards stay and are written anew",
        "reminders": "stay, they name nobody",
        "submissions": "stay without a name and without what the artist wrote or sent",
        "threads": "stay, they name nobody",
        "votes": "stay, without a name; notes on the person's submissions go",
        "week_digests": "stay, without a name",
    }
)
"""Every table that refers to a person or a submission, and what becomes of its rows."""


async def own_submissions(
    session: AsyncSession, *, workspace_id: int, member_id: int
) -> list[Submission]:
    """Return everything that a member has sent, oldest first."""
    found = await session.scalars(
        select(Submission)
        .where(Submission.workspace_id == workspace_id, Submission.member_id == member_id)
        .order_by(Submission.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def answered_before(
    session: AsyncSession, *, workspace_id: int, moment: datetime
) -> list[Submission]:
    """Return what was over before `moment` and still has its sender's name, oldest first.

    What is on a playlist, or soon will be, is not over.
    """
    open_ones = UNANSWERED | {Status.KEPT, Status.PLACED}
    found = await session.scalars(
        select(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.status.not_in(open_ones),
            Submission.status_at < moment,
            exists().where(Identity.member_id == Submission.member_id),
        )
        .order_by(Submission.id)
    )
    return list(found)


async def scrub(
    session: AsyncSession, submissions: Collection[Submission], *, workspace_id: int
) -> set[str]:
    """Take out of submissions what their artist wrote and sent; return the hashes of the files.

    A track that a curator has answered stays for what it sounds like: what a service says of it is
    public. One that nobody has answered goes.
    """
    ids = [one.id for one in submissions]
    files = {one.upload_sha256 for one in submissions if one.upload_sha256}
    tracks = {one.track_id for one in submissions if one.track_id is not None}
    decided = set(
        await session.scalars(
            select(Decision.submission_id).where(
                Decision.workspace_id == workspace_id, Decision.submission_id.in_(ids)
            )
        )
    )
    for one in submissions:
        await _scrub_one(session, one, keep_track=one.id in decided)
    for table in (Event, Decision, Vote):
        await session.execute(
            update(table)
            .where(table.workspace_id == workspace_id, table.submission_id.in_(ids))
            .values(note=None)
        )
    await session.execute(
        delete(OutboxMessage).where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.submission_id.in_(ids),
            # Only cards of curators are still to be written; all the rest is for the artist.
            OutboxMessage.kind != "card",
        )
    )
    await _scrub_tracks(session, tracks, workspace_id=workspace_id, own=ids)
    return files - {_GONE}


async def forget(session: AsyncSession, *, workspace_id: int, member_id: int) -> None:
    """Take a member's identity away; what is left of them is a number without a name."""
    identities = list(
        await session.scalars(
            select(Identity).where(
                Identity.workspace_id == workspace_id, Identity.member_id == member_id
            )
        )
    )
    for identity in identities:
        await _forget_messages(session, workspace_id, identity.platform, identity.external_id)
    for table, column in (
        (Identity, Identity.member_id),
        (JoinCode, JoinCode.member_id),
        (PlaylistCurator, PlaylistCurator.member_id),
        (Block, Block.member_id),
        (DraftFile, DraftFile.member_id),
    ):
        await session.execute(
            delete(table).where(table.workspace_id == workspace_id, column == member_id)
        )
    await session.execute(
        update(Member)
        .where(Member.workspace_id == workspace_id, Member.id == member_id)
        .values(display_name=NOBODY, dm_allowed=False)
    )


async def nobody(session: AsyncSession, *, workspace_id: int, now: datetime) -> Member:
    """Return the member who stands for people who are no longer known."""
    found = await session.scalar(
        select(Member)
        .where(
            Member.workspace_id == workspace_id,
            Member.display_name == NOBODY,
            ~exists().where(Identity.member_id == Member.id),
        )
        .order_by(Member.id)
        .limit(1)
    )
    if found is None:
        found = Member(
            workspace_id=workspace_id, display_name=NOBODY, created_at=now, dm_allowed=False
        )
        session.add(found)
        await session.flush()
    return found


async def disown(
    session: AsyncSession,
    submissions: Collection[Submission],
    *,
    workspace_id: int,
    nobody_id: int,
) -> None:
    """Give submissions to nobody, with what their senders did to them."""
    ids = [one.id for one in submissions]
    senders = {one.member_id for one in submissions}
    await session.execute(
        update(Event)
        .where(
            Event.workspace_id == workspace_id,
            Event.submission_id.in_(ids),
            Event.actor_id.in_(senders),
        )
        .values(actor_id=nobody_id)
    )
    await session.execute(
        update(Submission)
        .where(Submission.workspace_id == workspace_id, Submission.id.in_(ids))
        .values(member_id=nobody_id)
    )


async def idle_members(session: AsyncSession, *, workspace_id: int, before: datetime) -> list[int]:
    """Return who came before that moment and has nothing here: no submission, no rights, no act."""
    used = or_(
        *(
            exists().where(column == Member.id)
            for column in (
                Submission.member_id,
                Submission.claimed_by,
                Decision.member_id,
                Vote.member_id,
                PlaylistCurator.member_id,
                Block.member_id,
            )
        )
    )
    found = await session.scalars(
        select(Member.id).where(
            Member.workspace_id == workspace_id,
            Member.created_at < before,
            exists().where(Identity.member_id == Member.id),
            ~used,
        )
    )
    return list(found)


async def acts_of(
    session: AsyncSession, *, workspace_id: int, member_id: int
) -> tuple[list[Decision], list[Vote]]:
    """Return what a member has decided and voted, oldest first."""
    decided = await session.scalars(
        select(Decision)
        .where(Decision.workspace_id == workspace_id, Decision.member_id == member_id)
        .order_by(Decision.id)
    )
    voted = await session.scalars(
        select(Vote)
        .where(Vote.workspace_id == workspace_id, Vote.member_id == member_id)
        .order_by(Vote.id)
    )
    return list(decided), list(voted)


async def looks_of(session: AsyncSession, *, workspace_id: int, member_id: int) -> list[Exposure]:
    """Return which rows of which queues a member was shown, oldest first."""
    found = await session.scalars(
        select(Exposure)
        .where(Exposure.workspace_id == workspace_id, Exposure.member_id == member_id)
        .order_by(Exposure.id)
    )
    return list(found)


async def rights_of(
    session: AsyncSession, *, workspace_id: int, member_id: int
) -> list[PlaylistCurator]:
    """Return which playlists a member reviews."""
    found = await session.scalars(
        select(PlaylistCurator)
        .where(PlaylistCurator.workspace_id == workspace_id, PlaylistCurator.member_id == member_id)
        .order_by(PlaylistCurator.since)
    )
    return list(found)


async def _scrub_one(session: AsyncSession, one: Submission, *, keep_track: bool) -> None:
    public = one.link if keep_track else None
    await session.execute(
        update(Submission)
        .where(Submission.workspace_id == one.workspace_id, Submission.id == one.id)
        .values(
            # Something must have been sent: the database asks for it.
            link=public or _GONE,
            spotify_id=one.spotify_id if public else None,
            track_id=one.track_id if keep_track else None,
            upload_sha256=None,
            upload_name=None,
            typed_title=None,
            typed_artist=None,
            note=None,
            genre=None,
            language=None,
            idempotency_key=None,
        )
    )


async def _scrub_tracks(
    session: AsyncSession, tracks: Collection[int], *, workspace_id: int, own: Collection[int]
) -> None:
    """Delete tracks that nothing refers to any more, and what their artists themselves said.

    What somebody else has sent, too, stays as it is.
    """
    here = (Track.workspace_id == workspace_id, Track.id.in_(tracks))
    await session.execute(
        delete(Track).where(
            *here,
            ~exists().where(Submission.track_id == Track.id),
            ~exists().where(Seed.track_id == Track.id),
        )
    )
    shared = exists().where(Submission.track_id == Track.id, Submission.id.not_in(own))
    for track in await session.scalars(select(Track).where(*here, ~shared)):
        if track.audio_sha256 is not None:
            track.audio_sha256 = None if track.spotify_id else f"{_GONE}:{track.id}"
        if track.title_source in _BY_ARTIST:
            track.title, track.title_key = _GONE, ""
        if track.artists_source in _BY_ARTIST:
            track.artists, track.artist_key = [], ""
    await session.flush()


async def _forget_messages(
    session: AsyncSession, workspace_id: int, platform: Platform, external_id: str
) -> None:
    address = recipients.person(platform, external_id).address
    for table in (OutboxMessage, Mailbox, Post):
        await session.execute(
            delete(table).where(
                table.workspace_id == workspace_id,
                table.platform == platform,
                table.recipient == address,
            )
        )
    await session.execute(
        delete(OutboxMessage).where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.platform == platform,
            OutboxMessage.key.contains(address, autoescape=True),
        )
    )
