"""Whether a playlist takes a submission: what its rules ask, looked up in the database.

The rules themselves are in `rules`, and know no database.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import RuleError
from bot.messages import plain
from bot.texts import status_words
from bot.track import Origin
from bot.workflow import rules
from bot.workflow.pace import LOOK_BACK, Answered, Pace, pace_of
from db import blocks, history, seeds, submissions
from db.models import Playlist, Submission, Track
from db.status import Status

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who sends, and what is known of the track by now.

    `member_id` is None for somebody who has never sent anything.
    `except_id` is the submission itself where it is taken in already. `replaces` is the earlier
    version, which stands in nobody's way.
    """

    member_id: int | None
    spotify_id: str | None = None
    upload_sha256: str | None = None
    track: Track | None = None
    except_id: int | None = None
    replaces: Submission | None = None

    @property
    def artist_key(self) -> str | None:
        """Return who plays, where a service has said so; a typed name may be anybody's."""
        if self.track is None or self.track.artists_source != Origin.SPOTIFY:
            return None
        return self.track.artist_key or None

    @property
    def apart(self) -> list[int]:
        """Return the submissions that are no duplicates of this one, whatever they hold.

        A new mix has title and length in common with the old one. But the very file or link that
        was declined is no new mix.
        """
        old = self.replaces
        apart = [] if self.except_id is None else [self.except_id]
        if old is not None and not (old.status is Status.DECLINED and self._is(old)):
            apart.append(old.id)
        return apart

    def _is(self, old: Submission) -> bool:
        if self.track is not None and self.track.id == old.track_id:
            return True
        either = ((self.spotify_id, old.spotify_id), (self.upload_sha256, old.upload_sha256))
        return any(mine is not None and mine == theirs for mine, theirs in either)


async def admit(
    session: AsyncSession,
    playlist: Playlist,
    applicant: Applicant,
    *,
    said: rules.Said,
    now: datetime,
) -> None:
    """Raise RuleError for the first thing that stands in the way of a new submission."""
    wanted = rules_of(playlist)
    await refuse_blocked(session, playlist.workspace_id, applicant, now=now)
    rules.check_open(wanted, now=now)
    await refuse_duplicate(session, playlist, applicant, now=now)
    await refuse_seed(session, playlist, applicant)
    standing = await standing_of(session, playlist, applicant, now=now)
    rules.check_said(wanted, said)
    rules.check_intake(wanted, standing)
    rules.check_artist(wanted, standing, now=now)
    rules.check_fit(wanted, standing, said=said, known=known_of(applicant.track), now=now)


async def admit_identified(
    session: AsyncSession,
    submission: Submission,
    track: Track,
    *,
    said: rules.Said,
    now: datetime,
) -> None:
    """Raise RuleError where a submission cannot stay, now that it is known what it is.

    The playlist's row must be locked: of two links to one recording each would miss the other.
    """
    playlist = submission.playlist
    wanted = rules_of(playlist)
    applicant = Applicant(
        member_id=submission.member_id,
        track=track,
        except_id=submission.id,
        replaces=await _replaced(session, submission),
    )
    await refuse_blocked(session, submission.workspace_id, applicant, now=now)
    standing = await standing_of(session, playlist, applicant, now=now)
    if not said.anyway:
        rules.check_fit(wanted, standing, said=said, known=known_of(track), now=now)
    await refuse_duplicate(session, playlist, applicant, now=now)
    if submission.status is not Status.RECEIVED:
        # Once it stands in the queue, nothing that was made later throws it out.
        return
    await refuse_seed(session, playlist, applicant)
    if applicant.artist_key is not None:
        rules.check_artist(wanted, standing, now=now)


async def standing_of(
    session: AsyncSession, playlist: Playlist, applicant: Applicant, *, now: datetime
) -> rules.Standing:
    """Return what counts against the limits of a playlist at this moment."""
    waiting = await history.count_waiting(
        session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
    )
    pace = await pace_at(session, playlist, now=now)
    return rules.Standing(
        waiting=waiting,
        waiting_of_artist=await history.count_waiting_of_artist(
            session,
            workspace_id=playlist.workspace_id,
            playlist_id=playlist.id,
            member_id=applicant.member_id,
            artist_key=applicant.artist_key,
            except_id=applicant.except_id,
        ),
        accepted_7d=()
        if _was_let_down(applicant)
        else await _lately(session, playlist, applicant, now=now),
        anyway_7d=await _lately(session, playlist, applicant, now=now, only_anyway=True),
        place_free_at=pace.answered_by(1, now=now) if pace else None,
    )


async def pace_at(session: AsyncSession, playlist: Playlist, *, now: datetime) -> Pace | None:
    """Return how fast a playlist answers, or None where it has answered too few to say."""
    answers = await history.answered_since(
        session,
        workspace_id=playlist.workspace_id,
        playlist_id=playlist.id,
        since=now - LOOK_BACK,
    )
    return pace_of(
        [Answered(received_at=received, answered_at=answered) for received, answered in answers],
        open_since=playlist.created_at,
        now=now,
    )


async def expectation(
    session: AsyncSession, submission: Submission, *, now: datetime
) -> tuple[int | None, datetime | None]:
    """Return the place in line by age, and when it is probably answered; None where unknown."""
    place = await history.place_in_line(session, submission=submission)
    if place is None:
        return None, None
    pace = await pace_at(session, submission.playlist, now=now)
    return place, pace.answered_by(place, now=now) if pace else None


async def refuse_blocked(
    session: AsyncSession, workspace_id: int, applicant: Applicant, *, now: datetime
) -> None:
    """Raise RuleError where who sends or who plays is kept out; nobody is named."""
    artist_key = applicant.track.artist_key if applicant.track else None
    if applicant.member_id is None and not artist_key:
        return
    block = await blocks.in_force(
        session,
        workspace_id=workspace_id,
        now=now,
        member_id=applicant.member_id,
        artist_key=artist_key,
    )
    if block is None:
        return
    until = f"until {_day(block.until)}" if block.until else "for the time being"
    raise RuleError(
        f"This desk takes no submissions from you or this artist {until}. The reason given:"
        f" {plain(block.reason)}. If you think that is a mistake, tell the people who run this"
        " place.",
        rule="blocked",
        possible_at=block.until,
    )


async def refuse_duplicate(
    session: AsyncSession, playlist: Playlist, applicant: Applicant, *, now: datetime
) -> None:
    """Raise RuleError where the same recording waits, was lately declined or is in already."""
    if (applicant.spotify_id, applicant.upload_sha256, applicant.track) == (None, None, None):
        return
    twin = await history.duplicate_of(
        session,
        workspace_id=playlist.workspace_id,
        playlist_id=playlist.id,
        now=now,
        resubmit_after_days=playlist.resubmit_after_days,
        spotify_id=applicant.spotify_id,
        upload_sha256=applicant.upload_sha256,
        track=applicant.track,
        except_ids=applicant.apart,
    )
    if twin is None:
        return
    if twin.status is Status.DECLINED:
        free_at = twin.status_at + timedelta(days=playlist.resubmit_after_days)
        raise RuleError(
            f"{playlist.name} has answered that track already, as {twin.code}. It may be sent again"
            f" from {_day(free_at)} on.",
            rule="duplicate",
            possible_at=free_at,
        )
    raise RuleError(
        f"{playlist.name} has that track already, as {twin.code}: {status_words(twin.status)}."
        " It was not queued a second time.",
        rule="duplicate",
    )


async def refuse_seed(session: AsyncSession, playlist: Playlist, applicant: Applicant) -> None:
    """Raise RuleError where the playlist held the recording before anybody submitted it."""
    held = await seeds.holds(
        session,
        workspace_id=playlist.workspace_id,
        playlist_id=playlist.id,
        spotify_id=applicant.spotify_id,
        track=applicant.track,
    )
    if held:
        raise RuleError(
            f"{playlist.name} has that track already. It was not queued.", rule="duplicate"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Whether a playlist takes submissions now, until when, or from when on, as far as known."""

    is_open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def intake_of(playlist: Playlist, *, now: datetime) -> Intake:
    """Return whether a playlist is open."""
    try:
        rules.check_open(rules_of(playlist), now=now)
    except RuleError as error:
        return Intake(is_open=False, opens_at=error.possible_at)
    return Intake(is_open=True, closes_at=playlist.closes_at)


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
        ownership_required=playlist.ownership_required,
        explicit_allowed=playlist.explicit_allowed,
        genres=tuple(playlist.genres),
        languages=tuple(playlist.languages),
        max_release_age_days=playlist.max_release_age_days,
    )


def known_of(track: Track | None) -> rules.Known:
    """Return what the rules about fit may ask of a track."""
    if track is None:
        return rules.Known()
    return rules.Known(explicit=track.explicit, release_date=track.release_date)


def said_in(submission: Submission) -> rules.Said:
    """Return what the artist has said with a submission."""
    return rules.Said(
        ai_use=submission.ai_use,
        owns_rights=submission.owns_rights_at is not None,
        genre=submission.genre,
        language=submission.language,
        anyway=submission.anyway,
    )


async def _lately(
    session: AsyncSession,
    playlist: Playlist,
    applicant: Applicant,
    *,
    now: datetime,
    only_anyway: bool = False,
) -> tuple[datetime, ...]:
    found = await history.accepted_since(
        session,
        workspace_id=playlist.workspace_id,
        playlist_id=playlist.id,
        member_id=applicant.member_id,
        artist_key=None if only_anyway else applicant.artist_key,
        since=now - _WEEK,
        except_id=applicant.except_id,
        only_anyway=only_anyway,
    )
    return tuple(found)


def _was_let_down(applicant: Applicant) -> bool:
    """Whoever got no answer in time may send it again at once, whatever the week's limit."""
    return applicant.replaces is not None and applicant.replaces.status is Status.EXPIRED


async def _replaced(session: AsyncSession, submission: Submission) -> Submission | None:
    if submission.replaces_id is None:
        return None
    return await submissions.get(
        session, workspace_id=submission.workspace_id, submission_id=submission.replaces_id
    )


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%d %b %Y, %H:%M} UTC"
