"""What becomes of a submission: scored, unscored with its reason, asked about."""

import pytest

from bot.errors import (
    EarmarkError,
    NoPreviewError,
    SourceDownError,
    WeakMatchError,
)
from bot.track import Verdict
from bot.workflow.outcome import Outcome
from db.models import EventKind, Status
from tests.workflow.processing import QUOTA, REFUSED, SILENT, all_scores, kinds_of, track_of
from tests.workflow.stage import (
    Stage,
)

WEAK = WeakMatchError(
    "Deezer", title="Other", artists=("Somebody",), isrc="XXEM11900009", duration_ms=232_000
)


async def test_a_track_with_audio_is_scored_and_queued(stage: Stage) -> None:
    accepted = await stage.submit(stage.song("one", percentile=71))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason, done.refused) == (Outcome.SCORED, None, None)
    row = await stage.row(accepted.receipt.code)
    assert row.status is Status.QUEUED
    assert (row.audio_origin, row.match_verdict) == ("deezer", Verdict.ISRC_AND_TITLE)
    assert row.unscored_reason is None
    (score,) = await all_scores(stage)
    assert (score.percentile, score.low, score.high) == (71, 51, 91)
    assert (score.track_id, score.model_version) == (row.track_id, "cnn-1")
    assert (score.audio_origin, score.audio_seconds) == ("deezer", 30.0)
    assert await kinds_of(stage, row.code) == [
        EventKind.SUBMITTED,
        EventKind.RESOLVED,
        EventKind.SCORED,
        EventKind.MOVED,
    ]


async def test_what_spotify_says_is_stored_under_its_name_and_never_heard(stage: Stage) -> None:
    await stage.send(stage.song("one", percentile=71))

    row = await track_of(stage)
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
    assert await all_scores(stage) == []


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
    assert (await kinds_of(stage, row.code)).count(EventKind.MOVED) == 1


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
    assert (await track_of(stage)).title == "Title of one"
