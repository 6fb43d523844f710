"""An artist's submission: rules, duplicates, one commit, an answer at once.

Nothing here waits for a service: looking the track up and scoring it is `process`, afterwards.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import LinkError, NotFoundError, RuleError
from bot.links import find_links, parse_track_id
from bot.messages import Receipt, plain
from bot.texts import NOTE_LIMIT, status_words
from bot.track import TrackId
from bot.workflow import rules
from bot.workflow.naming import track_label, typed
from bot.workflow.people import Person, member_of
from db import history, playlists, submissions
from db.models import Member, Playlist, Submission, Track
from db.status import Status
from db.types import AiUse
from scoring.ranking import draw_discovery

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """An artist's file that lies in the spool until it is scored."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an artist sent. `key` is the platform's id of the request: told twice, done once."""

    playlist: str
    person: Person
    text: str = ""
    upload: OwnFile | None = None
    title: str | None = None
    artist: str | None = None
    note: str | None = None
    ai_use: AiUse | None = None
    owns_rights: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """`again`: the same request was accepted before, and this is its receipt."""

    submission_id: int
    receipt: Receipt
    again: bool = False


async def submit(
    session: AsyncSession, *, workspace_id: int, request: Request, now: datetime, seed: int
) -> Accepted:
    """Queue what `request` names, or raise LinkError, RuleError or NotFoundError."""
    link, spotify_id = _link_of(request)
    playlist = await find_playlist(session, workspace_id, request.playlist, lock=True)
    # Under the lock: the first of two deliveries at once must not look like somebody else's.
    if request.key and (known := await _known(session, workspace_id, request.key)):
        return Accepted(
            submission_id=known.id, receipt=await receipt_of(session, known), again=True
        )
    member = await member_of(session, workspace_id, request.person, now=now)
    await refuse_duplicate(
        session,
        playlist,
        spotify_id=spotify_id,
        upload_sha256=request.upload.sha256 if request.upload else None,
        now=now,
    )
    await _check_rules(session, playlist, member, request, now=now)
    submission = await submissions.add(
        session,
        workspace_id=workspace_id,
        playlist_id=playlist.id,
        member_id=member.id,
        sent=submissions.Sent(
            link=link,
            spotify_id=spotify_id,
            upload_sha256=request.upload.sha256 if request.upload else None,
            upload_name=typed(request.upload.name) if request.upload else None,
            typed_title=typed(request.title),
            typed_artist=typed(request.artist),
            note=typed(request.note, limit=NOTE_LIMIT),
            ai_use=request.ai_use,
            owns_rights_at=now if request.owns_rights else None,
        ),
        draw=submissions.Draw(
            discovery=draw_discovery(str(seed), playlist.name_key, playlist.discovery_share),
            seed=seed,
            propensity=playlist.discovery_share,
        ),
        now=now,
        due_at=now + timedelta(days=playlist.answer_days),
        idempotency_key=request.key,
    )
    return Accepted(submission_id=submission.id, receipt=await receipt_of(session, submission))


async def find_playlist(
    session: AsyncSession, workspace_id: int, name: str, *, lock: bool = False
) -> Playlist:
    """Return the playlist called `name`, or raise NotFoundError that lists the ones there are."""
    found = await playlists.by_name(session, workspace_id=workspace_id, name=name, lock=lock)
    if found is not None:
        return found
    there = [
        plain(playlist.name)
        for playlist in await playlists.list_all(session, workspace_id=workspace_id)
    ]
    rest = f"There are: {', '.join(there)}." if there else "There is none yet."
    raise NotFoundError(f"There is no playlist called {plain(name)!r}. {rest}")


async def refuse_duplicate(
    session: AsyncSession,
    playlist: Playlist,
    *,
    now: datetime,
    spotify_id: str | None = None,
    upload_sha256: str | None = None,
    track: Track | None = None,
    except_id: int | None = None,
) -> None:
    """Raise RuleError where the same recording waits, was lately declined or is in already."""
    if spotify_id is None and upload_sha256 is None and track is None:
        return
    twin = await history.duplicate_of(
        session,
        workspace_id=playlist.workspace_id,
        playlist_id=playlist.id,
        now=now,
        resubmit_after_days=playlist.resubmit_after_days,
        spotify_id=spotify_id,
        upload_sha256=upload_sha256,
        track=track,
        except_id=except_id,
    )
    if twin is None:
        return
    if twin.status is Status.DECLINED:
        free_at = twin.status_at + timedelta(days=playlist.resubmit_after_days)
        raise RuleError(
            f"{playlist.name} has answered that track already, as {twin.code}. It may be sent again"
            f" from {free_at.astimezone(UTC):%d %b %Y, %H:%M} UTC on.",
            rule="duplicate",
            possible_at=free_at,
        )
    raise RuleError(
        f"{playlist.name} has that track already, as {twin.code}: {status_words(twin.status)}."
        " It was not queued a second time.",
        rule="duplicate",
    )


def _link_of(request: Request) -> tuple[str | None, TrackId | None]:
    """Return the link in its canonical form and the track id, as far as the text alone tells."""
    if not request.text.strip() and request.upload is not None:
        return None, None
    found = find_links(request.text)
    count = len(found.tracks) + len(found.albums) + len(found.short) + len(found.dropped)
    if count > 1:
        raise LinkError(
            f"One submission is one track, and there are {count} links in that. Send them one by"
            " one."
        )
    if found.albums:
        return f"https://open.spotify.com/album/{found.albums[0]}", None
    if found.short:
        return found.short[0], None
    track_id = parse_track_id(request.text)
    return f"https://open.spotify.com/track/{track_id}", track_id


async def _known(session: AsyncSession, workspace_id: int, key: str) -> Submission | None:
    return await submissions.by_idempotency_key(
        session, workspace_id=workspace_id, idempotency_key=key
    )


async def _check_rules(
    session: AsyncSession, playlist: Playlist, member: Member, request: Request, *, now: datetime
) -> None:
    standing = rules.Standing(
        waiting=await history.count_waiting(
            session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
        ),
        waiting_of_artist=await history.count_waiting_of_artist(
            session,
            workspace_id=playlist.workspace_id,
            playlist_id=playlist.id,
            member_id=member.id,
        ),
        accepted_7d=tuple(
            await history.accepted_since(
                session,
                workspace_id=playlist.workspace_id,
                playlist_id=playlist.id,
                member_id=member.id,
                since=now - _WEEK,
            )
        ),
    )
    rules.check(rules_of(playlist), standing, ai_use=request.ai_use, now=now)


def rules_of(playlist: Playlist) -> rules.Rules:
    """Return the playlist's rules as plain values."""
    return rules.Rules(
        playlist=playlist.name,
        paused=playlist.paused,
        opens_at=playlist.opens_at,
        closes_at=playlist.closes_at,
        intake_cap=playlist.intake_cap,
        waiting_per_artist=playlist.waiting_per_artist,
        per_member_7d=playlist.per_member_7d,
        ai_policy=playlist.ai_policy,
        explicit_allowed=playlist.explicit_allowed,
    )


async def receipt_of(session: AsyncSession, submission: Submission) -> Receipt:
    """Return what the artist is told of a submission, with as much as is known by now."""
    title, artist = track_label(submission)
    return Receipt(
        code=submission.code,
        playlist=submission.playlist.name,
        title=title,
        artist=artist,
        place=await history.place_in_line(session, submission=submission),
        answer_by=submission.due_at,
    )
