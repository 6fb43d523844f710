"""Artists' own files: named, heard once, kept while somebody may need them."""

import pytest

from bot.errors import (
    ScorerDownError,
    SourceDownError,
    UnusableAudioError,
)
from bot.track import Verdict
from bot.workflow.outcome import Outcome
from bot.workflow.submit import OwnFile
from db.models import Status
from tests.workflow.processing import SILENT
from tests.workflow.stage import (
    OWN_FILE,
    Stage,
)


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
