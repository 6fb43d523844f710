"""What a track is called while services are silent, and links that have to be followed."""

import pytest

from bot.errors import (
    EarmarkError,
    SourceDownError,
)
from bot.track import Origin, Track
from bot.workflow.outcome import Outcome
from db.models import Status
from tests.workflow.processing import QUOTA, REFUSED, track_of
from tests.workflow.stage import (
    OWN_FILE,
    Stage,
    link_of,
    spotify_id,
)

OUTAGES = [SourceDownError("Spotify"), QUOTA, REFUSED]


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda error: error.kind)
async def test_while_spotify_is_silent_the_artists_own_words_stand(
    stage: Stage, outage: EarmarkError
) -> None:
    stage.troubles.always["lookup"] = outage
    accepted = await stage.submit(stage.song("one"), title="My Song", artist="Ana Lund, Ben")

    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    row = await track_of(stage)
    assert (row.title, row.title_source) == ("My Song", "artist")
    assert (row.artists, row.artists_source) == (["Ana Lund", "Ben"], "artist")
    assert stage.ladder.asked[0].title == "My Song"


async def test_while_spotify_is_silent_an_unnamed_link_is_called_by_its_id(stage: Stage) -> None:
    stage.troubles.always["lookup"] = SourceDownError("Spotify")
    await stage.send(stage.song("one"))

    row = await track_of(stage)
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

    row = await track_of(stage)
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

    row = await track_of(stage)
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

    row = await track_of(stage)
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
