"""An artist's submission: rules, duplicates, one commit, an answer at once.

Nothing here waits for a service: looking the track up and scoring it is `process`, afterwards.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import LinkError, NotFoundError
from bot.links import find_links, parse_track_id
from bot.messages import Receipt, plain
from bot.texts import NOTE_LIMIT
from bot.track import TrackId
from bot.workflow import admission, versions
from bot.workflow.admission import Applicant, admit
from bot.workflow.naming import track_label, typed
from bot.workflow.people import Person, member_of
from bot.workflow.rules import Said
from db import playlists, submissions, tracks
from db.models import Member, Playlist, Submission, Track
from db.types import AiUse
from scoring.ranking import draw_discovery


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """An artist's file that lies in the spool until it is scored."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an artist sent. `key` is the platform's id of the request: told twice, done once.

    `anyway`: the artist was told that the track may not suit the playlist, and insists.
    """

    playlist: str
    person: Person
    text: str = ""
    upload: OwnFile | None = None
    title: str | None = None
    artist: str | None = None
    note: str | None = None
    ai_use: AiUse | None = None
    owns_rights: bool = False
    genre: str | None = None
    language: str | None = None
    anyway: bool = False
    # The code of the earlier version that this one takes the place of.
    replaces: str | None = None
    key: str | None = None

    @property
    def said(self) -> Said:
        return Said(
            ai_use=self.ai_use,
            owns_rights=self.owns_rights,
            genre=self.genre,
            language=self.language,
            anyway=self.anyway,
        )


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
    link, spotify_id = link_of(request)
    playlist = await find_playlist(session, workspace_id, request.playlist, lock=True)
    # Under the lock: the first of two deliveries at once must not look like somebody else's.
    if request.key and (
        before := await accepted_before(
            session, workspace_id=workspace_id, key=request.key, now=now
        )
    ):
        return before
    member = await member_of(session, workspace_id, request.person, now=now)
    sha256 = request.upload.sha256 if request.upload else None
    earlier = await _earlier(session, playlist, member, request, now=now)
    applicant = Applicant(
        member_id=member.id,
        spotify_id=spotify_id,
        upload_sha256=sha256,
        track=await known_track(session, workspace_id, spotify_id, sha256),
        replaces=earlier,
    )
    await admit(session, playlist, applicant, said=request.said, now=now)
    submission = await submissions.add(
        session,
        workspace_id=workspace_id,
        playlist_id=playlist.id,
        member_id=member.id,
        sent=submissions.Sent(
            link=link,
            spotify_id=spotify_id,
            upload_sha256=sha256,
            upload_name=typed(request.upload.name) if request.upload else None,
            typed_title=typed(request.title),
            typed_artist=typed(request.artist),
            note=typed(request.note, limit=NOTE_LIMIT),
            ai_use=request.ai_use,
            owns_rights_at=now if request.owns_rights else None,
            genre=typed(request.genre),
            language=typed(request.language),
            anyway=request.anyway,
            replaces_id=earlier.id if earlier else None,
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
    receipt = await receipt_of(session, submission, now=now)
    return Accepted(submission_id=submission.id, receipt=receipt)


async def accepted_before(
    session: AsyncSession, *, workspace_id: int, key: str, now: datetime
) -> Accepted | None:
    """Return the receipt of a request that was accepted before, or None."""
    known = await _known(session, workspace_id, key)
    if known is None:
        return None
    receipt = await receipt_of(session, known, now=now)
    return Accepted(submission_id=known.id, receipt=receipt, again=True)


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
    none = "There is none yet; whoever manages this place can add one."
    rest = f"There are: {', '.join(there)}." if there else none
    raise NotFoundError(f"There is no playlist called {plain(name)!r}. {rest}")


def link_of(request: Request) -> tuple[str | None, TrackId | None]:
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


async def _earlier(
    session: AsyncSession, playlist: Playlist, member: Member, request: Request, *, now: datetime
) -> Submission | None:
    """Return the version that this one takes the place of, or raise what stands in the way."""
    if request.replaces is None:
        return None
    earlier = await versions.own_version(
        session, workspace_id=playlist.workspace_id, code=request.replaces, member=member
    )
    await versions.require_welcome(session, earlier, playlist=playlist, now=now)
    return earlier


async def known_track(
    session: AsyncSession, workspace_id: int, spotify_id: str | None, sha256: str | None
) -> Track | None:
    """Return the track where it was sent before, here or for another playlist."""
    if spotify_id is not None:
        return await tracks.by_spotify_id(session, workspace_id=workspace_id, spotify_id=spotify_id)
    if sha256 is not None:
        return await tracks.by_audio(session, workspace_id=workspace_id, audio_sha256=sha256)
    return None


async def receipt_of(session: AsyncSession, submission: Submission, *, now: datetime) -> Receipt:
    """Return what the artist is told of a submission, with as much as is known by now."""
    title, artist = track_label(submission)
    place, expected_at = await admission.expectation(session, submission, now=now)
    return Receipt(
        code=submission.code,
        playlist=submission.playlist.name,
        title=title,
        artist=artist,
        place=place,
        answer_by=submission.due_at,
        expected_at=expected_at,
    )
