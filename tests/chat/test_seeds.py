"""Seed tracks as people read them in a chat, and what their words and choices do."""

from dataclasses import replace

import pytest

from bot.chat import playlist_work, seed_work
from bot.chat.custom_id import CustomId
from bot.chat.forms import Filled, Upload
from bot.chat.replies import Reply, Shown
from bot.chat.seed_screens import seeds_card
from bot.chat.visit import Visit
from bot.curation import Seeded, SeedLine, SeedsDone, SeedState, SeedsView
from bot.platforms.discord import render
from bot.seed_texts import done_text, seeded_text, sound_text, state_text
from bot.workflow.people import Person, console_operator
from bot.workflow.seeds import MAX_SEEDS, add_seeds
from db.models import Role
from tests.platforms.discord.payloads import assert_discord_takes, new_message
from tests.workflow.stage import NIGHT, Stage, link_of, spotify_id
from tests.workflow.test_places import desk_of

BOSS = console_operator("boss")


def line(number: int, state: SeedState = SeedState.HEARD, **more: str) -> SeedLine:
    told = {"spotify_id": spotify_id(f"n{number}"), "title": f"Song {number}", "artist": "Band"}
    return SeedLine(state=state, **(told | more))


def view(*rows: SeedLine, done: SeedsDone | None = None) -> SeedsView:
    return SeedsView(playlist=NIGHT, rows=rows, sound=(), done=done)


def card_of(shown: Reply) -> dict[str, str]:
    """Return the fields of a card, its body under "body"."""
    assert isinstance(shown, Shown)
    return {"body": shown.card.body} | {one.name: one.value for one in shown.card.fields}


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (SeedsDone(most=100, added=2), "2 tracks added."),
        (SeedsDone(most=100, added=1, known=3), "1 track added."),
        (SeedsDone(most=100, known=3), "These are seed tracks already."),
        (SeedsDone(most=100, retried=1, known=1), "1 track tried again."),
        (
            SeedsDone(most=100, added=5, left_out=40),
            "5 tracks added. 40 tracks left out: a playlist can have 100.",
        ),
        (SeedsDone(most=100, removed=1), "1 track taken out, and what they taught is forgotten."),
        (SeedsDone(most=100, missing=2), "None of these is a seed track."),
        (
            SeedsDone(most=100, added=1, refused=1),
            "1 track added. 1 link that names no single track of Spotify's: left out.",
        ),
        (
            SeedsDone(most=100, added=1, refused=2),
            "1 track added. 2 links that name no single track of Spotify's: left out.",
        ),
        (None, ""),
    ],
)
def test_what_a_paste_has_done_is_told(done: SeedsDone | None, told: str) -> None:
    assert done_text(done) == told


def test_a_seed_that_waits_says_for_what() -> None:
    waiting = line(1, SeedState.WAITING)
    assert state_text(waiting) == "still to be heard"
    assert state_text(replace(waiting, reason="quota")) == (
        "still to be heard: a music service asks us to wait"
    )
    gone = line(1, SeedState.UNHEARD, reason="no_such_track")
    assert state_text(gone) == "could not be heard: Spotify knows no such track"


def test_the_set_up_tells_how_far_each_playlist_is() -> None:
    playlists = [
        Seeded(playlist="Night Drive", seeds=32, heard=24, waiting=6),
        Seeded(playlist="Slow Morning", seeds=0, heard=0, waiting=0),
    ]
    assert seeded_text(playlists, nothing="not chosen yet").splitlines() == [
        "Night Drive (24 of 32 seed tracks heard)",
        "Slow Morning (no seed tracks yet)",
    ]
    assert seeded_text([], nothing="not chosen yet") == "not chosen yet"
    assert seeded_text(playlists * 5, nothing="").splitlines()[6:] == ["and 4 more"]


def test_a_card_puts_together_what_stands_for_the_same_reason() -> None:
    rows = (
        line(1),
        line(2, SeedState.UNHEARD, reason="no_preview"),
        line(3, SeedState.UNHEARD, reason="no_such_track", title="", artist=""),
        line(4, SeedState.UNHEARD, reason="no_preview"),
        line(5, SeedState.WAITING),
    )
    fields = card_of(seeds_card(view(*rows), playlist_id=7))

    assert fields == {
        "body": "1 heard · 1 still to be heard · 3 could not be heard",
        "What it sounds like": sound_text(view()),
        "Could not be heard: Spotify knows no such track": f"Spotify track {spotify_id('n3')}",
        "Could not be heard: no audio found": "Song 2 - Band\nSong 4 - Band",
        "Still to be heard": "Song 5 - Band",
        "Heard": "Song 1 - Band",
    }


@pytest.mark.parametrize("title", ["Song", "宇" * 300, "*_~`|>[]" * 40, "@everyone <@&1> [x](y)"])
def test_a_full_card_says_how_many_more_there_are_and_stays_within_every_limit(title: str) -> None:
    states = list(SeedState) * 40
    rows = [line(n, states[n], title=title, artist=title) for n in range(MAX_SEEDS)]
    shown = seeds_card(view(*rows), playlist_id=7)
    assert isinstance(shown, Shown)

    for field in shown.card.fields[1:]:
        *first, more = field.value.splitlines()
        alike = sum(state_text(row).casefold() == field.name.casefold() for row in rows)
        assert 1 < len(first) <= 8
        assert more == f"and {alike - len(first)} more"
    screen = render.card(shown.card)
    payload = new_message(screen)
    assert_discord_takes(payload)
    fields = payload["embeds"][0]["fields"][1:]
    assert all(field["value"].endswith(" more") for field in fields)


def visit(
    stage: Stage,
    action: str,
    *,
    playlist_id: int = 0,
    texts: dict[str, str] | None = None,
    values: tuple[str, ...] = (),
    person: Person = BOSS,
) -> Visit:
    return Visit(
        desk=desk_of(stage),
        person=person,
        key="1",
        fetch=_nothing,
        carried=CustomId(action=action, id=str(playlist_id)),
        values=values,
        filled=Filled(texts=texts or {}),
    )


async def _nothing(upload: Upload, *, max_bytes: int) -> bytes:
    raise NotImplementedError("no file is sent here")


@pytest.fixture
async def playlist_id(stage: Stage) -> int:
    """The number of a playlist with two seeds."""
    await stage.appoint("boss", role=Role.ADMIN)
    found = await stage.playlist()
    await stage.inside(
        lambda session: add_seeds(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            person=BOSS,
            text=f"{link_of('one')} {link_of('two')}",
            now=stage.clock.time,
        )
    )
    return found.id


@pytest.mark.parametrize("word", ["all", " ALL "])
async def test_the_word_all_takes_all_out(stage: Stage, playlist_id: int, word: str) -> None:
    asked = visit(stage, "seeds_removed", playlist_id=playlist_id, texts={"seeds": word})
    assert card_of(await seed_work.remove(asked))["body"].startswith("2 tracks taken out")


async def test_what_is_chosen_in_the_list_is_taken_out(stage: Stage, playlist_id: int) -> None:
    chosen = visit(stage, "seeds_out", playlist_id=playlist_id, values=(str(spotify_id("one")),))
    assert card_of(await seed_work.remove_chosen(chosen))["body"].splitlines() == [
        "1 track taken out, and what they taught is forgotten.",
        "0 heard · 1 still to be heard",
    ]


async def test_a_new_playlist_is_there_though_nothing_of_a_use_was_pasted(stage: Stage) -> None:
    asked = visit(stage, "playlist_added", texts={"name": "Slow Morning", "seeds": "my songs"})
    told = card_of(await playlist_work.add(asked))["body"]
    assert told.startswith("There is no link of a Spotify track in that.")

    shown = await seed_work.show(visit(stage, "seeds"), playlist="Slow Morning")
    assert card_of(shown)["body"].startswith("No seed tracks yet.")
