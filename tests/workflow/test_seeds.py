"""What a playlist holds already: pasted, told, compared with, and never queued again."""

import pytest
from sqlalchemy import update

from bot.curation import ReviewCard, SeedsDone, SeedState
from bot.curator_texts import card_lines
from bot.errors import (
    LinkError,
    NotAllowedError,
    RuleError,
)
from bot.messages import Image
from bot.workflow import privacy
from bot.workflow.card import review_card
from bot.workflow.card_pictures import card_picture
from bot.workflow.check import check
from bot.workflow.outcome import Outcome
from bot.workflow.people import console_person
from bot.workflow.seeds import MAX_SEEDS
from bot.workflow.submit import Request
from db.models import Role, Score, Status
from tests.workflow.seeding import BOSS, add, hear, remove, show, states
from tests.workflow.stage import (
    NIGHT,
    Stage,
    link_of,
    spotify_id,
)
from tests.workflow.test_places import desk_of


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """The stage with somebody who looks after the playlist."""
    await stage.appoint("boss", role=Role.ADMIN)
    return stage


async def test_pasted_tracks_are_heard_in_the_background(stage: Stage) -> None:
    pasted = "\n".join(stage.song(name) for name in ("one", "two"))

    view = await add(stage, pasted)
    assert view.done == SeedsDone(most=MAX_SEEDS, added=2)
    assert states(view) == [("waiting", None)] * 2
    assert [row.title for row in view.rows] == ["", ""]

    assert await hear(stage) == 2
    view = await show(stage)
    assert [(row.title, row.artist) for row in view.rows] == [
        ("Title of one", "Artist of one"),
        ("Title of two", "Artist of two"),
    ]
    assert states(view) == [("heard", None)] * 2
    assert await hear(stage) == 0


async def test_what_is_no_track_is_counted_and_what_is_there_is_not_added_twice(
    stage: Stage,
) -> None:
    one = stage.song("one")
    await add(stage, one)

    view = await add(
        stage,
        f"{one}?si=1 {stage.song('two')} https://open.spotify.com/playlist/{spotify_id('list')}"
        f" https://youtu.be/x https://spotify.link/abc spotify:album:{spotify_id('album')}",
    )
    assert view.done == SeedsDone(most=MAX_SEEDS, added=1, known=1, refused=4)
    assert len(view.rows) == 2


async def test_a_long_file_is_read_to_its_end(stage: Stage) -> None:
    link = stage.song("last")
    view = await add(stage, "a line without a link\n" * 4000 + link)
    assert [row.spotify_id for row in view.rows] == [spotify_id("last")]
    assert (await remove(stage, "\n" * 40_000 + link)).rows == ()


async def test_a_paste_without_a_track_says_how_to_copy_some(stage: Stage) -> None:
    with pytest.raises(LinkError, match=r"Ctrl\+A and Ctrl\+C"):
        await add(stage, "Artist - Title")
    with pytest.raises(LinkError):
        await remove(stage, "")


async def test_a_playlist_has_a_most_and_says_how_many_were_left_out(stage: Stage) -> None:
    links = [link_of(f"n{number}x") for number in range(MAX_SEEDS + 3)]

    view = await add(stage, "\n".join(links))
    assert view.done == SeedsDone(most=MAX_SEEDS, added=MAX_SEEDS, left_out=3)
    assert len(view.rows) == MAX_SEEDS
    with pytest.raises(RuleError, match=rf"{NIGHT} has {MAX_SEEDS} seed tracks"):
        await add(stage, links[-1])
    # Those that are there may be pasted again.
    assert (await add(stage, links[0])).done == SeedsDone(most=MAX_SEEDS, known=1)


async def test_only_who_looks_after_it_changes_them_and_only_curators_see_them(
    stage: Stage,
) -> None:
    mo, ana = console_person("mo"), console_person("ana")
    link = stage.song("one")
    for change in (add, remove):
        for person in (mo, ana):
            with pytest.raises(NotAllowedError):
                await change(stage, link, person=person)
    await add(stage, link)

    assert len((await show(stage, person=mo)).rows) == 1
    with pytest.raises(NotAllowedError):
        await show(stage, person=ana)


async def test_a_seed_is_taken_out_and_its_range_forgotten(stage: Stage) -> None:
    links = [stage.song(f"n{number}") for number in range(5)]
    await add(stage, " ".join(links))
    await hear(stage)
    sound = (await show(stage)).sound
    assert [(one.name, one.low, one.high) for one in sound][:2] == [
        ("tempo", 118.0, 118.0),
        ("loudness", -11.5, -11.5),
    ]
    assert len(sound) == 8

    view = await remove(stage, links[0])
    assert view.done == SeedsDone(most=MAX_SEEDS, removed=1)
    assert (len(view.rows), view.sound) == (4, ())
    view = await remove(stage, links[0])
    assert view.done == SeedsDone(most=MAX_SEEDS, missing=1)
    view = await remove(stage, None)
    assert (view.done, view.rows) == (SeedsDone(most=MAX_SEEDS, removed=4), ())


async def test_seeds_make_the_range_that_artists_compare_with(stage: Stage) -> None:
    await add(stage, " ".join(stage.song(f"n{number}") for number in range(5)))
    await hear(stage)
    await stage.send(stage.song("mine"))

    checked = await stage.inside(
        lambda session: check(
            session,
            workspace_id=stage.workspace_id,
            request=Request(playlist=NIGHT, person=console_person("ana"), text=link_of("mine")),
            now=stage.clock.time,
        )
    )
    (row,) = checked.rows
    assert row.compared is not None
    assert row.compared.tracks == 5
    assert "the 5 other tracks of Night Drive" in row.compared.text


async def test_what_the_playlist_holds_is_not_queued(stage: Stage) -> None:
    link = stage.song("one")
    await add(stage, link)

    with pytest.raises(RuleError, match="has that track already") as refused:
        await stage.submit(link)
    assert refused.value.rule == "duplicate"
    (row,) = (
        await stage.inside(
            lambda session: check(
                session,
                workspace_id=stage.workspace_id,
                request=Request(playlist=NIGHT, person=console_person("ana"), text=link),
                now=stage.clock.time,
            )
        )
    ).rows
    assert [one.rule for one in row.obstacles] == ["duplicate"]


async def test_another_id_of_a_held_recording_is_sent_back_when_it_is_known(
    stage: Stage,
) -> None:
    await add(stage, stage.song("album", isrc="XXEM10600001"))
    await hear(stage)
    accepted = await stage.submit(stage.song("single", isrc="XXEM10600001"))

    processed = await stage.process(accepted)
    assert (processed.outcome, processed.reason) == (Outcome.REFUSED, "duplicate")


async def test_what_waits_in_the_queue_is_not_thrown_out_by_a_later_seed(stage: Stage) -> None:
    link = stage.song("one", percentile=None)
    accepted = await stage.submit(link)
    await stage.process(accepted)
    await add(stage, link)

    await stage.process(accepted)
    assert (await stage.row(accepted.receipt.code)).status is Status.QUEUED


async def test_a_seed_that_somebody_sent_before_is_not_heard_twice(stage: Stage) -> None:
    link = stage.song("one")
    await stage.playlist("Slow Morning")
    await stage.send(link, playlist="Slow Morning")
    await add(stage, link)

    await hear(stage)
    assert states(await show(stage)) == [("heard", None)]
    assert len(stage.hearing.heard) == 1


async def test_a_seed_stays_where_the_artist_who_sent_it_is_forgotten(stage: Stage) -> None:
    link = stage.song("one")
    await stage.playlist("Slow Morning")
    await stage.send(link, playlist="Slow Morning")
    await add(stage, link)
    await hear(stage)

    await privacy.delete_at(desk_of(stage), person=console_person("ana"))
    view = await show(stage)
    assert [(row.title, row.state) for row in view.rows] == [("Title of one", SeedState.HEARD)]


async def test_a_card_tells_where_its_track_lies_beside_the_playlist(stage: Stage) -> None:
    code = await stage.send(stage.song("mine"))
    assert "Beside" not in await card_of(stage, code)

    await add(stage, " ".join(stage.song(f"n{number}") for number in range(5)))
    await hear(stage)
    own = (await stage.row(code)).track_id
    louder = update(Score).where(Score.track_id != own).values(loudness_lufs=-9.0, energy=0.2)
    await stage.inside(lambda session: session.execute(louder))
    assert (
        "Beside most of Night Drive: loudness below -9.0 to -9.0 LUFS; energy above 20 to 20;"
        " tempo, danceability, acousticness, valence, instrumentalness, speechiness inside"
    ) in await card_of(stage, code)


async def test_the_cards_picture_shows_the_playlists_range(stage: Stage) -> None:
    code = await stage.send(stage.song("mine"))
    assert "this playlist's range" not in (await picture_of(stage, code)).alt

    await add(stage, " ".join(stage.song(f"n{number}") for number in range(5)))
    await hear(stage)
    assert (
        "Energy 61 of 100 (this playlist's range 61 to 61)" in (await picture_of(stage, code)).alt
    )


async def reviewed(stage: Stage, code: str) -> ReviewCard:
    return await stage.inside(
        lambda session: review_card(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=BOSS,
            now=stage.clock.time,
        )
    )


async def card_of(stage: Stage, code: str) -> str:
    return "\n".join(card_lines(await reviewed(stage, code)))


async def picture_of(stage: Stage, code: str) -> Image:
    card = await reviewed(stage, code)
    image = await card_picture(
        stage.sessions, workspace_id=stage.workspace_id, card=card, model_version=None
    )
    assert image is not None
    return image
