"""From a submission to a score: what is found, what is missing, what a killed process leaves."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.errors import (
    EarmarkError,
    LinkError,
    NoPreviewError,
    QuotaError,
    ScorerDownError,
    SourceDownError,
    SourceRefusedError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.track import Origin, Track, TrackId, Verdict
from bot.workflow.identify import Identified, store
from bot.workflow.outcome import Outcome, Processed
from bot.workflow.process import process
from bot.workflow.submit import Accepted, OwnFile, find_playlist
from db import goes, submissions, tracks
from db.models import Answer, EventKind, Score, Status
from db.models import Track as TrackRow
from tests.db.race import until_blocked
from tests.workflow.stage import (
    DAY,
    NIGHT,
    NOW,
    OWN_FILE,
    CrashError,
    Stage,
    link_of,
    open_stage,
    spotify_id,
)

WEAK = WeakMatchError(
    "Deezer", title="Other", artists=("Somebody",), isrc="XXEM11900009", duration_ms=232_000
)
QUOTA = QuotaError("Spotify", NOW + DAY)
REFUSED = SourceRefusedError("Spotify refuses us.")
DOWN = SourceDownError("Deezer")
SILENT = UnusableAudioError("There is nothing to hear.", reason="silent")
DECIDED_AS = {
    Answer.KEEP: Status.KEPT,
    Answer.MAYBE: Status.MAYBE,
    Answer.DECLINE: Status.DECLINED,
}
OUTAGES = [SourceDownError("Spotify"), QUOTA, REFUSED]


async def _track(stage: Stage, name: str = "one") -> TrackRow:
    async with stage.sessions() as session:
        found = await tracks.by_spotify_id(
            session, workspace_id=stage.workspace_id, spotify_id=spotify_id(name)
        )
    assert found is not None
    return found


async def _scores(stage: Stage) -> list[Score]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Score).order_by(Score.id)))


async def _kinds(stage: Stage, code: str) -> list[EventKind]:
    return [event.kind for event in await stage.history(code)]


async def test_a_track_with_audio_is_scored_and_queued(stage: Stage) -> None:
    accepted = await stage.submit(stage.song("one", percentile=71))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason, done.refused) == (Outcome.SCORED, None, None)
    row = await stage.row(accepted.receipt.code)
    assert row.status is Status.QUEUED
    assert (row.audio_origin, row.match_verdict) == ("deezer", Verdict.ISRC_AND_TITLE)
    assert row.unscored_reason is None
    (score,) = await _scores(stage)
    assert (score.percentile, score.low, score.high) == (71, 51, 91)
    assert (score.track_id, score.model_version) == (row.track_id, "cnn-1")
    assert (score.audio_origin, score.audio_seconds) == ("deezer", 30.0)
    assert await _kinds(stage, row.code) == [
        EventKind.SUBMITTED,
        EventKind.RESOLVED,
        EventKind.SCORED,
        EventKind.MOVED,
    ]


async def test_what_spotify_says_is_stored_under_its_name_and_never_heard(stage: Stage) -> None:
    await stage.send(stage.song("one", percentile=71))

    row = await _track(stage)
    assert (row.title, row.artists, row.isrc) == ("Title of one", ["Artist of one"], None)
    assert {row.title_source, row.artists_source, row.cover_url_source} == {"spotify"}
    assert stage.hearing.heard == [b"clip of one" + bytes([71])]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (NoPreviewError("No source has audio."), "no_preview"),
        (WEAK, "weak_match"),
        (SourceDownError("Deezer"), "source_down"),
        (QUOTA, "quota"),
        (REFUSED, "source_refused"),
        (SILENT, "silent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_without_sure_audio_a_track_waits_unscored(
    stage: Stage, trouble: EarmarkError, reason: str
) -> None:
    stage.troubles.always["ladder"] = trouble
    accepted = await stage.submit(stage.song("one"))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason, done.sentence) == (Outcome.UNSCORED, reason, str(trouble))
    assert done.to_json() == {
        "id": accepted.receipt.code,
        "outcome": "unscored",
        "reason": reason,
        "sentence": str(trouble),
        "retry_at": None if done.retry_at is None else done.retry_at.isoformat(),
    }
    passing = {"source_down", "quota", "source_refused"}
    assert (done.retry_at is not None) is (reason in passing)
    row = await stage.row(accepted.receipt.code)
    assert (row.status, row.unscored_reason) == (Status.QUEUED, reason)
    assert row.match_verdict == (Verdict.WEAK if trouble is WEAK else None)
    assert stage.hearing.heard == []
    assert await _scores(stage) == []


async def test_a_preview_that_cannot_be_heard_leaves_the_track_unscored(stage: Stage) -> None:
    stage.troubles.always["hearing"] = SILENT
    accepted = await stage.submit(stage.song("one"))

    assert (await stage.process(accepted)).reason == "silent"
    assert (await stage.row(accepted.receipt.code)).status is Status.QUEUED


async def test_what_failed_for_now_is_scored_at_a_later_try(stage: Stage) -> None:
    stage.troubles.once["ladder"] = SourceDownError("Deezer")
    accepted = await stage.submit(stage.song("one"))
    assert (await stage.process(accepted)).outcome is Outcome.UNSCORED

    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    row = await stage.row(accepted.receipt.code)
    assert (row.status, row.unscored_reason, row.audio_origin) == (Status.QUEUED, None, "deezer")
    assert (await _kinds(stage, row.code)).count(EventKind.MOVED) == 1


async def test_a_recording_is_scored_once_its_artist_says_yes(stage: Stage) -> None:
    stage.troubles.once["ladder"] = WEAK
    accepted = await stage.submit(stage.song("one"))
    assert (await stage.process(accepted)).reason == "weak_match"
    assert stage.hearing.heard == []
    stage.troubles.once["ladder"] = WEAK

    done = await stage.process(accepted, confirmed=True)
    assert done.outcome is Outcome.SCORED
    asked = stage.ladder.asked[-1]
    assert (asked.title, asked.artists, asked.isrc) == ("Other", ("Somebody",), "XXEM11900009")
    assert (await stage.row(accepted.receipt.code)).match_verdict == Verdict.CONFIRMED
    # People still read what Spotify calls it.
    assert (await _track(stage)).title == "Title of one"


async def test_an_own_file_is_heard_instead_of_the_preview_and_then_deleted(stage: Stage) -> None:
    accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)

    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    assert stage.hearing.heard == [b"own file" + bytes([40])]
    row = await stage.row(accepted.receipt.code)
    assert (row.audio_origin, row.match_verdict) == ("upload", Verdict.OWN_FILE)
    assert stage.files.kept == {}


async def test_a_file_alone_is_named_by_its_name(stage: Stage) -> None:
    accepted = await stage.submit(upload=OWN_FILE)
    await stage.process(accepted)

    row = await stage.row(accepted.receipt.code)
    assert row.track is not None
    assert (row.track.title, row.track.title_source) == ("Second Wind", "upload")
    assert (row.track.artists, row.track.artists_source) == (["Ana Lund"], "upload")
    assert row.track.audio_sha256 == OWN_FILE.sha256


@pytest.mark.parametrize(
    ("file", "title", "artist", "stored"),
    [
        ("a - b.mp3", "Typed", "Me, You", ("Typed", "artist", ["Me", "You"], "artist")),
        ("a - b.mp3", "Typed", None, ("Typed", "artist", ["a"], "upload")),
        ("a - b.mp3", None, "Me", ("b", "upload", ["Me"], "artist")),
        ("b.mp3", None, None, ("b", "upload", ["ana"], "artist")),
        ("\u200b", None, None, ("Untitled", "upload", ["ana"], "artist")),
        ("b.mp3", None, " , ", ("b", "upload", [], "artist")),
    ],
)
async def test_each_part_of_a_files_name_has_its_own_source(
    stage: Stage,
    file: str,
    title: str | None,
    artist: str | None,
    stored: tuple[str, str, list[str], str],
) -> None:
    upload = OwnFile(sha256="e" * 64, name=file)
    accepted = await stage.submit(upload=upload, title=title, artist=artist)
    await stage.process(accepted)

    track = (await stage.row(accepted.receipt.code)).track
    assert track is not None
    assert (track.title, track.title_source, track.artists, track.artists_source) == stored


async def test_a_file_that_cannot_be_heard_is_refused_where_there_is_no_link(
    stage: Stage,
) -> None:
    stage.troubles.always["hearing"] = SILENT
    accepted = await stage.submit(upload=OWN_FILE)

    done = await stage.process(accepted)
    assert (done.outcome, done.reason, str(done.refused)) == (
        Outcome.REFUSED,
        "silent",
        str(SILENT),
    )
    row = await stage.row(accepted.receipt.code)
    assert row.status is Status.WITHDRAWN
    last = (await stage.history(row.code))[-1]
    assert (last.actor, last.reasons, last.note) == (None, ["silent"], str(SILENT))
    assert stage.files.kept == {}


async def test_a_scorer_that_does_not_start_costs_nobody_their_file(stage: Stage) -> None:
    stage.troubles.once["hearing"] = ScorerDownError("no memory")
    accepted = await stage.submit(upload=OWN_FILE)

    waits = await stage.process(accepted)
    assert (waits.outcome, waits.reason) == (Outcome.UNSCORED, "scorer_down")
    assert len(stage.files.kept) == 1
    assert (await stage.process(accepted)).outcome is Outcome.SCORED


async def test_nobody_is_sent_away_because_their_file_is_gone(stage: Stage) -> None:
    lost = UnusableAudioError("Your file is not here any more.", reason="lost")
    stage.troubles.always["ladder"] = lost
    accepted = await stage.submit(upload=OWN_FILE)

    done = await stage.process(accepted)
    assert (done.outcome, done.reason) == (Outcome.UNSCORED, "lost")
    assert (await stage.row(accepted.receipt.code)).status is Status.QUEUED


async def test_a_file_that_cannot_be_heard_leaves_a_linked_track_unscored(stage: Stage) -> None:
    stage.troubles.always["hearing"] = SILENT
    accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)

    assert (await stage.process(accepted)).reason == "silent"
    assert (await stage.row(accepted.receipt.code)).status is Status.QUEUED
    # It would be silent at every later try.
    assert stage.files.kept == {}


async def test_a_file_waits_while_a_service_is_down(stage: Stage) -> None:
    stage.troubles.once["ladder"] = SourceDownError("Deezer")
    accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)

    assert (await stage.process(accepted)).outcome is Outcome.UNSCORED
    assert OWN_FILE.sha256 in stage.files.kept
    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    assert stage.files.kept == {}


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda error: error.kind)
async def test_while_spotify_is_silent_the_artists_own_words_stand(
    stage: Stage, outage: EarmarkError
) -> None:
    stage.troubles.always["lookup"] = outage
    accepted = await stage.submit(stage.song("one"), title="My Song", artist="Ana Lund, Ben")

    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    row = await _track(stage)
    assert (row.title, row.title_source) == ("My Song", "artist")
    assert (row.artists, row.artists_source) == (["Ana Lund", "Ben"], "artist")
    assert stage.ladder.asked[0].title == "My Song"


async def test_while_spotify_is_silent_an_unnamed_link_is_called_by_its_id(stage: Stage) -> None:
    stage.troubles.always["lookup"] = SourceDownError("Spotify")
    await stage.send(stage.song("one"))

    row = await _track(stage)
    assert (row.title, row.artists) == (f"Spotify track {spotify_id('one')}", ["ana"])


async def test_a_title_page_names_the_title_and_the_artist_is_the_artists_word(
    stage: Stage,
) -> None:
    link = stage.song("one")
    stage.lookup.tracks[spotify_id("one")] = Track(
        origin=Origin.OEMBED,
        title="From the page",
        spotify_id=spotify_id("one"),
        cover_url="https://i.scdn.co/image/2",
    )
    await stage.process(await stage.submit(link, title="ignored", artist="Ana Lund"))

    row = await _track(stage)
    assert (row.title, row.title_source) == ("From the page", "oembed")
    assert (row.artists, row.artists_source) == (["Ana Lund"], "artist")
    assert row.cover_url_source == "oembed"
    assert (row.isrc, row.isrc_source) == (None, None)
    assert stage.ladder.asked[0].artists == ("Ana Lund",)


async def test_nobodys_typing_renames_a_track_that_spotify_has_named(stage: Stage) -> None:
    await stage.playlist("Loud")
    await stage.send(stage.song("one", isrc="XXEM10600001", percentile=None))
    stage.troubles.always["lookup"] = SourceDownError("Spotify")
    second = await stage.submit(link_of("one"), by="ben", playlist="Loud", title="lol")
    await stage.process(second)

    row = await _track(stage)
    assert (row.title, row.title_source) == ("Title of one", "spotify")
    assert (row.title_key, row.artist_key) == ("title of one", "artist of one")
    # And its audio is looked for by all that is known.
    assert stage.ladder.asked[-1].isrc == "XXEM10600001"
    assert stage.ladder.asked[-1].artists == ("Artist of one",)


async def test_spotify_overrules_what_was_typed_before(stage: Stage) -> None:
    await stage.playlist("Loud")
    stage.troubles.once["lookup"] = SourceDownError("Spotify")
    await stage.process(await stage.submit(stage.song("one"), title="lol"))
    await stage.send(link_of("one"), playlist="Loud")

    row = await _track(stage)
    assert (row.title, row.title_source) == ("Title of one", "spotify")


async def test_a_short_link_is_followed_and_the_track_id_kept(stage: Stage) -> None:
    stage.song("one")
    stage.lookup.opens["https://spotify.link/abc"] = spotify_id("one")
    code = await stage.send("https://spotify.link/abc")

    row = await stage.row(code)
    assert (row.spotify_id, row.status) == (spotify_id("one"), Status.QUEUED)


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda error: error.kind)
async def test_a_short_link_that_nobody_can_follow_now_waits_for_a_later_try(
    stage: Stage, outage: EarmarkError
) -> None:
    stage.song("one")
    stage.lookup.opens["https://spotify.link/abc"] = spotify_id("one")
    stage.troubles.once["resolver"] = outage
    accepted = await stage.submit("https://spotify.link/abc", title="My Song")

    first = await stage.process(accepted)
    assert (first.outcome, first.reason) == (Outcome.UNSCORED, outage.kind)
    row = await stage.row(accepted.receipt.code)
    assert (row.status, row.track_id) == (Status.QUEUED, None)
    (shown,) = (await stage.queue()).rows
    assert (shown.title, shown.unscored_reason) == ("My Song", outage.kind)
    assert (await stage.process(accepted)).outcome is Outcome.SCORED


async def test_a_file_is_heard_though_its_short_link_cannot_be_followed(stage: Stage) -> None:
    stage.troubles.always["resolver"] = SourceDownError("Spotify")
    accepted = await stage.submit("https://spotify.link/abc", upload=OWN_FILE)

    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    row = await stage.row(accepted.receipt.code)
    assert row.track is not None
    assert (row.track.title, row.track.spotify_id) == ("Second Wind", None)


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        (link_of("unknown"), None, "no_such_track"),
        ("https://spotify.link/abc", LinkError("That short link leads nowhere."), "link"),
    ],
)
async def test_a_link_to_nothing_is_closed_in_earmarks_name(
    stage: Stage, text: str, error: EarmarkError | None, reason: str
) -> None:
    if error is not None:
        stage.troubles.always["resolver"] = error
    accepted = await stage.submit(text)

    done = await stage.process(accepted)
    assert (done.outcome, done.reason) == (Outcome.REFUSED, reason)
    assert done.refused is not None
    assert (await stage.row(accepted.receipt.code)).status is Status.WITHDRAWN
    assert (await stage.queue()).rows == ()


async def test_an_explicit_track_is_refused_when_spotify_says_so(stage: Stage) -> None:
    await stage.playlist(explicit_allowed=False)
    accepted = await stage.submit(stage.song("one", explicit=True))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason) == (Outcome.REFUSED, "explicit")
    assert stage.ladder.asked == []
    # The artist reads the title, not an id.
    assert (await stage.status()).rows[0].title == "Title of one"


async def test_the_same_recording_under_another_id_is_withdrawn_and_told(stage: Stage) -> None:
    first = await stage.send(stage.song("one", isrc="XXEM10600001"), by="ben")
    accepted = await stage.submit(stage.song("two", isrc="XXEM10600001"))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason) == (Outcome.REFUSED, "duplicate")
    assert first in done.sentence
    # Curators are not bothered, and the artist is told.
    assert [row.code for row in (await stage.queue()).rows] == [first]
    (told,) = (await stage.status()).rows
    assert (told.status, told.place, told.reasons) == ("withdrawn", None, ())
    assert first in told.note
    last = (await stage.history(accepted.receipt.code))[-1]
    assert (last.kind, last.actor, last.reasons) == (EventKind.MOVED, None, ["duplicate"])


async def test_of_the_same_recording_at_once_one_stays(stage: Stage) -> None:
    for number in range(4):
        isrc = f"XXEM1060000{number}"
        both = [
            await stage.submit(stage.song(f"{number}x{by}", isrc=isrc), by=by)
            for by in ("ana", "ben")
        ]
        done = await asyncio.gather(*(stage.process(accepted) for accepted in both))

        assert {one.outcome for one in done} == {Outcome.SCORED, Outcome.REFUSED}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_recording_stored_at_the_same_moment_is_seen(
    stage: Stage, engine: AsyncEngine
) -> None:
    first = await stage.submit(stage.song("one", isrc="XXEM10600001"), by="ben")
    second = await stage.submit(stage.song("two", isrc="XXEM10600001"))
    row = await stage.row(first.receipt.code)
    found = Identified(track=stage.lookup.tracks[spotify_id("one")], artists_by=Origin.SPOTIFY)

    async with stage.sessions.begin() as session, asyncio.TaskGroup() as others:
        await find_playlist(session, stage.workspace_id, NIGHT, lock=True)
        late = others.create_task(stage.process(second))
        await until_blocked(engine)
        track, _ = await store(session, row, found, now=NOW)
        await submissions.record_track(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            track_id=track.id,
            at=NOW,
        )
        await session.commit()

    assert (late.result().outcome, late.result().reason) == (Outcome.REFUSED, "duplicate")


async def test_a_score_is_used_again_for_a_second_playlist_without_audio(stage: Stage) -> None:
    await stage.playlist("Loud")
    await stage.send(stage.song("one"))
    accepted = await stage.submit(link_of("one"), playlist="Loud", upload=OWN_FILE)

    done = await stage.process(accepted)
    assert done.outcome is Outcome.SCORED
    assert (len(stage.ladder.asked), len(stage.hearing.heard)) == (1, 1)
    row = await stage.row(accepted.receipt.code)
    assert (row.status, row.audio_origin) == (Status.QUEUED, "deezer")
    assert len(await _scores(stage)) == 1
    assert stage.files.kept == {}
    (shown,) = (await stage.queue("Loud")).rows
    assert shown.score is not None


async def test_a_new_model_hears_the_track_again(stage: Stage) -> None:
    await stage.playlist("Loud")
    await stage.send(stage.song("one"))
    stage.hearing.model_version = "cnn-2"
    await stage.send(link_of("one"), playlist="Loud")

    assert [score.model_version for score in await _scores(stage)] == ["cnn-1", "cnn-2"]


async def test_nothing_is_left_to_do_for_what_is_scored(stage: Stage) -> None:
    accepted = await stage.submit(stage.song("one"))
    await stage.process(accepted)
    before = await _kinds(stage, accepted.receipt.code)

    again = await stage.process(accepted)
    assert again.outcome is Outcome.SCORED
    assert await _kinds(stage, accepted.receipt.code) == before
    assert (await stage.row(accepted.receipt.code)).audio_origin == "deezer"


async def test_a_submission_of_another_workspace_is_none(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    accepted = await other.submit(other.song("one"))

    assert await stage.process(accepted) == Processed(code="", outcome=Outcome.GONE)
    assert (await other.row(accepted.receipt.code)).status is Status.RECEIVED


@pytest.mark.parametrize("answer", Answer)
async def test_what_a_curator_answered_before_is_left_alone(stage: Stage, answer: Answer) -> None:
    accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)
    reasons = ("off_genre",) if answer is Answer.DECLINE else ()
    view = await stage.decide(accepted.receipt.code, answer, reasons=reasons)

    done = await stage.process(accepted)
    assert done == Processed(code=accepted.receipt.code, outcome=Outcome.GONE)
    assert (await stage.row(accepted.receipt.code)).status == view.status
    assert stage.hearing.heard == []
    assert stage.files.kept == {}


@dataclass(slots=True)
class _Interrupted:
    """Lets a curator decide while Spotify is being asked."""

    stage: Stage
    code: str
    answer: Answer

    async def track_id_of(self, link: str) -> TrackId:
        return await self.stage.lookup.track_id_of(link)

    async def track(self, track_id: TrackId) -> Track:
        reasons = ("off_genre",) if self.answer is Answer.DECLINE else ()
        await self.stage.decide(self.code, self.answer, reasons=reasons)
        return await self.stage.lookup.track(track_id)


async def _decided_meanwhile(stage: Stage, accepted: Accepted, answer: Answer) -> Processed:
    lookup = _Interrupted(stage, accepted.receipt.code, answer)
    return await process(
        accepted.submission_id,
        workspace_id=stage.workspace_id,
        sessions=stage.sessions,
        services=replace(stage.services, lookup=lookup),
        now=stage.clock,
    )


@pytest.mark.parametrize("answer", Answer)
async def test_a_decision_made_meanwhile_stands_and_the_score_is_stored(
    stage: Stage, answer: Answer
) -> None:
    accepted = await stage.submit(stage.song("one"))

    done = await _decided_meanwhile(stage, accepted, answer)
    assert done.outcome is Outcome.SCORED
    assert (await stage.row(accepted.receipt.code)).status == DECIDED_AS[answer]
    assert len(await _scores(stage)) == 1


@pytest.mark.parametrize("answer", Answer)
async def test_a_refusal_never_overrules_a_decision_made_meanwhile(
    stage: Stage, answer: Answer
) -> None:
    accepted = await stage.submit(link_of("one"))

    done = await _decided_meanwhile(stage, accepted, answer)
    assert done == Processed(code=accepted.receipt.code, outcome=Outcome.GONE)
    assert (await stage.row(accepted.receipt.code)).status == DECIDED_AS[answer]


async def test_a_file_is_kept_until_everybody_who_sent_it_is_heard(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    other.files.kept = stage.files.kept
    here, there = await stage.submit(upload=OWN_FILE), await other.submit(upload=OWN_FILE)

    await stage.process(here)
    assert OWN_FILE.sha256 in stage.files.kept
    assert (await other.process(there)).outcome is Outcome.SCORED
    assert stage.files.kept == {}


class _Crashing(async_sessionmaker[AsyncSession]):
    """Hands out some sessions; where the next is asked for, the process dies."""

    def __init__(self, inner: async_sessionmaker[AsyncSession], *, lives: int) -> None:
        super().__init__(**inner.kw)
        self.lives = lives

    def __call__(self, **local_kw: object) -> AsyncSession:
        self.lives -= 1
        if self.lives < 0:
            raise CrashError
        return super().__call__(**local_kw)


async def _assert_done_once(stage: Stage, code: str) -> None:
    row = await stage.row(code)
    assert (row.status, row.unscored_reason, row.audio_origin) == (Status.QUEUED, None, "upload")
    kinds = await _kinds(stage, code)
    assert kinds.count(EventKind.MOVED) == 1
    assert kinds.count(EventKind.SCORED) == 1
    assert len(await _scores(stage)) == 1
    assert stage.files.kept == {}


@pytest.mark.parametrize("step", ["lookup", "ladder", "hearing", "discard"])
async def test_a_process_killed_at_a_service_is_made_good_by_the_next(
    stage: Stage, step: str
) -> None:
    accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)
    stage.troubles.once[step] = CrashError()
    with pytest.raises(CrashError):
        await stage.process(accepted)

    assert stage.files.kept == {OWN_FILE.sha256: b"own file" + bytes([40])}
    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    await _assert_done_once(stage, accepted.receipt.code)


async def test_a_process_killed_between_any_two_commits_is_made_good_by_the_next(
    make_session: async_sessionmaker[AsyncSession],
) -> None:
    for lives in range(20):
        stage = await open_stage(make_session, f"desk {lives}")
        accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)
        try:
            await stage.process(accepted, sessions=_Crashing(make_session, lives=lives))
        except CrashError:
            assert OWN_FILE.sha256 in stage.files.kept
        else:
            break
        await stage.process(accepted)
        row = await stage.row(accepted.receipt.code)
        assert (row.status, row.audio_origin) == (Status.QUEUED, "upload")
        assert (await _kinds(stage, row.code)).count(EventKind.MOVED) == 1
        assert stage.files.kept == {}

    assert lives >= 5
    async with make_session() as session:
        assert await session.scalar(select(func.count()).select_from(Score)) == lives + 1


async def test_two_processes_at_once_store_one_score_and_move_once(stage: Stage) -> None:
    for number in range(3):
        accepted = await stage.submit(stage.song(str(number)))
        await asyncio.gather(*(stage.process(accepted) for _ in range(2)))

        row = await stage.row(accepted.receipt.code)
        assert row.status is Status.QUEUED
        assert (await _kinds(stage, row.code)).count(EventKind.MOVED) == 1
        assert len(await _scores(stage)) == number + 1


async def test_a_track_unscored_on_one_list_shows_the_score_it_got_on_another(
    stage: Stage,
) -> None:
    await stage.playlist("Loud")
    await stage.send(stage.song("one", percentile=None))
    stage.song("one", percentile=50)
    await stage.send(link_of("one"), playlist="Loud")

    (row,) = (await stage.queue(NIGHT)).rows
    assert row.score is not None
    assert row.unscored_reason is None


async def test_two_workers_that_do_the_same_leave_one_trace(stage: Stage) -> None:
    accepted = await stage.submit(stage.song("one"))
    await asyncio.gather(stage.process(accepted), stage.process(accepted))

    kinds = await _kinds(stage, accepted.receipt.code)
    assert kinds.count(EventKind.SCORED) == 1
    assert kinds.count(EventKind.RESOLVED) == 1
    assert len(await _scores(stage)) == 1


async def test_a_go_that_is_over_is_not_gone_through_again(stage: Stage) -> None:
    stage.troubles.once["ladder"] = DOWN
    accepted = await stage.submit(stage.song("one"))
    await stage.process(accepted, number=1)

    again = await stage.process(accepted, number=1)
    assert again.outcome is Outcome.UNSCORED
    assert len(stage.ladder.asked) == 1
    assert (await stage.process(accepted, number=2)).outcome is Outcome.SCORED
    row = await stage.row(accepted.receipt.code)
    assert (row.tries, row.tries_since, row.retry_at, row.unscored_reason) == (2, None, None, None)


async def test_a_fault_of_ours_leaves_the_submission_in_the_queue_with_its_reason(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.troubles.once["hearing"] = ZeroDivisionError("a fault")
    accepted = await stage.submit(stage.song("one"))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason, done.retry_at) == (Outcome.UNSCORED, "fault", None)
    row = await stage.row(accepted.receipt.code)
    assert (row.status, row.unscored_reason) == (Status.QUEUED, "fault")
    assert "ZeroDivisionError" in caplog.text
    assert (await stage.process(accepted)).outcome is Outcome.SCORED


async def test_a_passing_trouble_is_tried_again_for_a_day_and_then_left_with_its_reason(
    stage: Stage,
) -> None:
    stage.troubles.always["ladder"] = DOWN
    accepted = await stage.submit(stage.song("one"))
    retry_at: datetime | None = stage.clock.time
    goes = 0
    while retry_at is not None:
        stage.clock.time = retry_at
        retry_at = (await stage.process(accepted)).retry_at
        goes += 1

    assert stage.clock.time - NOW > timedelta(hours=20)
    assert 12 < goes < 30
    row = await stage.row(accepted.receipt.code)
    assert (row.unscored_reason, row.retry_at) == ("source_down", None)


async def test_what_is_due_again_and_what_was_forgotten_is_found(stage: Stage) -> None:
    stage.troubles.always["ladder"] = DOWN
    waiting = await stage.submit(stage.song("one"))
    retry_at = (await stage.process(waiting)).retry_at
    forgotten = await stage.submit(stage.song("two"))
    assert retry_at is not None

    async def due(at: datetime) -> list[int]:
        found = await stage.inside(lambda session: goes.due_again(session, now=at))
        return [go.submission_id for go in found]

    assert await due(retry_at - timedelta(seconds=1)) == []
    assert await due(retry_at) == [waiting.submission_id]
    (lost,) = await stage.inside(lambda session: goes.forgotten(session, before=NOW))
    assert (lost.submission_id, lost.number) == (forgotten.submission_id, 1)
    await stage.withdraw(waiting.receipt.code)
    assert await due(retry_at) == []
