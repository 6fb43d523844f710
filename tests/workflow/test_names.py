"""Whatever people and services call things: nothing pings, nothing hides, nothing crashes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import EarmarkError, NoPreviewError, NotFoundError, RuleError
from bot.messages import plain
from bot.queue_texts import queue_header, row_facts, row_heading
from bot.texts import decision_text, receipt_text, status_text
from bot.track import Origin, Track
from bot.workflow.naming import file_label, track_label, typed
from bot.workflow.people import Person, console_person
from bot.workflow.submit import OwnFile
from db.models import Answer, Platform
from tests.workflow.stage import NIGHT, OWN_FILE, Stage, link_of, open_stage, spotify_id

# U+202E turns the reading direction, U+0000 no PostgreSQL takes, U+D800 no database at all.
HOSTILE = [
    "@everyone <!channel> <@1> <#2> [x](y) `z`",
    "a\x00b\x1b[31mred\r\ngone",
    "\u202egnp.exe\u2066",
    "x" * 300,
    "\ud800half",
    "Z" + "\u0300" * 50,
    "\U0001f3b5 音楽 موسيقى",
]
EMPTY = ["\u200b", "\x00\x07", "\u3164\u2800", "\ud800"]


def _harmless(value: object) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text.encode()
    return (
        not any(mark in text for mark in ("@everyone", "<!", "<@", "<#", "\x00", "\x1b", "\u202e"))
        and "x" * 301 not in text
    )


def _person(name: str) -> Person:
    return Person(platform=Platform.DISCORD, external_id="42", name=name)


@pytest.mark.parametrize("name", HOSTILE + EMPTY)
async def test_no_view_of_anything_carries_a_hostile_name(stage: Stage, name: str) -> None:
    accepted = await stage.submit(
        upload=OwnFile(sha256=OWN_FILE.sha256, name=f"{name}.mp3"),
        person=_person(name),
        title=name,
        artist=name,
        note=name,
    )
    await stage.process(accepted)
    code = accepted.receipt.code
    queue = await stage.queue()
    decision = await stage.decide(code, Answer.DECLINE, reasons=("no_room",), note=name)
    row = await stage.row(code)

    assert _harmless(accepted.receipt.to_json())
    assert _harmless(receipt_text(accepted.receipt))
    assert _harmless(queue.to_json())
    assert _harmless(queue_header(queue) + row_heading(queue.rows[0]) + row_facts(queue.rows[0]))
    assert _harmless(decision_text(decision))
    assert _harmless([row.typed_title, row.typed_artist, row.upload_name, row.member.display_name])
    assert all(track_label(row))


@pytest.mark.parametrize("name", HOSTILE + EMPTY)
async def test_a_service_may_call_a_track_anything(stage: Stage, name: str) -> None:
    link = stage.song("one")
    stage.lookup.tracks[spotify_id("one")] = Track(
        origin=Origin.SPOTIFY, title=name, artists=(name,), spotify_id=spotify_id("one")
    )
    code = await stage.send(link)
    queue = await stage.queue()
    await stage.decide(code)
    digest = await stage.digest()
    status = await stage.status()

    for view in (queue, digest, status):
        assert _harmless(view.to_json())
    assert _harmless("".join(status_text(one) for one in status.rows))
    assert 0 < len(queue.rows[0].title) <= 100
    assert 0 < len(queue.rows[0].artist) <= 100


async def test_a_title_in_an_errors_sentence_is_harmless_too(stage: Stage) -> None:
    title = "@everyone <!here>\x1b[2J"
    stage.troubles.always["ladder"] = NoPreviewError(f"No source has audio of “{title}”.")
    done = await stage.process(await stage.submit(stage.song("one")))

    assert _harmless(done.sentence)


async def test_what_was_typed_is_never_repeated_as_it_was(stage: Stage) -> None:
    sentences = []
    for work in (
        stage.submit(link_of("one"), playlist="@everyone"),
        stage.queue("<!channel>"),
        stage.decide("@everyone"),
        stage.withdraw("<@1>"),
        stage.digest("@everyone"),
    ):
        with pytest.raises(EarmarkError) as caught:
            await work
        sentences.append(str(caught.value))
    code = (await stage.submit(link_of("one"))).receipt.code
    with pytest.raises(RuleError) as refused:
        await stage.decide(code, Answer.DECLINE, reasons=("@everyone",))

    assert all(_harmless(sentence) for sentence in (*sentences, str(refused.value)))


@pytest.mark.parametrize("name", [*EMPTY, "", "  \n"])
async def test_somebody_without_a_visible_name_is_asked_for_one_at_the_console(
    stage: Stage, name: str
) -> None:
    with pytest.raises(RuleError, match="shows no letter") as caught:
        await stage.submit(link_of("one"), by=name)

    assert caught.value.rule == "name"


async def test_somebody_without_a_visible_name_elsewhere_is_somebody(stage: Stage) -> None:
    accepted = await stage.submit(link_of("one"), person=_person("\u200b"))

    assert accepted.receipt.artist == "somebody"


async def test_one_person_is_known_by_id_and_called_by_the_newest_name(stage: Stage) -> None:
    first = await stage.submit(link_of("one"), person=_person("Ana"))
    await stage.submit(link_of("two"), person=_person("Ana Lund"))

    assert (await stage.row(first.receipt.code)).member.display_name == "Ana Lund"


async def test_at_the_console_case_and_spaces_make_no_second_person(stage: Stage) -> None:
    await stage.submit(link_of("one"), by="Ana  Lund")

    assert len((await stage.status("ana lund")).rows) == 1


async def test_one_name_in_two_workspaces_is_two_people(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    await other.submit(link_of("one"))

    assert (await stage.status()).rows == ()


async def test_a_playlist_called_for_nothing_is_told_with_the_ones_there_are(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match=NIGHT):
        await stage.queue("\u200b")


@given(st.text(max_size=400))
def test_what_is_typed_becomes_one_storable_line_or_nothing(text: str) -> None:
    line = typed(text)

    if line is None:
        assert plain(text) == ""
    else:
        assert line.encode()
        assert len(line) <= 300
        assert line == plain(line, limit=300)
        assert "\x00" not in line


@given(st.text(max_size=100))
def test_a_console_name_is_a_person_or_a_clear_no(name: str) -> None:
    try:
        person = console_person(name)
    except RuleError:
        assert plain(name) == ""
    else:
        assert person.external_id
        assert person.platform is Platform.CONSOLE


@pytest.mark.parametrize(
    ("name", "label"),
    [
        (None, (None, None)),
        ("", (None, None)),
        ("Title.wav", (None, "Title")),
        ("Artist - Title.mp3", ("Artist", "Title")),
        ("A - B - C.mp3", ("A", "B - C")),
        (" - Title.mp3", (None, "- Title")),
        ("Artist - .mp3", (None, "Artist -")),
        ("../../etc/A - B.mp3", ("A", "B")),
        (".mp3", (None, ".mp3")),
    ],
)
def test_a_file_name_tells_artist_and_title(
    name: str | None, label: tuple[str | None, str | None]
) -> None:
    assert file_label(name) == label


async def test_a_track_is_called_by_the_best_that_is_known(stage: Stage) -> None:
    named = await stage.submit(link_of("one"), title="My Song", artist="Ana Lund")
    unnamed = await stage.submit("https://spotify.link/abc")

    assert track_label(await stage.row(named.receipt.code)) == ("My Song", "Ana Lund")
    assert track_label(await stage.row(unnamed.receipt.code)) == ("Unnamed track", "ana")
    await stage.process(await stage.submit(stage.song("two"), title="mine"))
    assert (await stage.status()).rows[0].title == "Title of two"


async def test_a_name_that_shows_nothing_is_replaced_wherever_it_came_from(stage: Stage) -> None:
    row = await stage.row(await stage.send(stage.song("one")))
    assert row.track is not None
    row.track.title, row.track.artists = "\u200b", ["\u200b"]

    assert track_label(row) == ("Unnamed track", "Unknown artist")


async def test_a_track_without_artists_is_its_senders(stage: Stage) -> None:
    upload = OwnFile(sha256="c" * 64, name="b.mp3")
    accepted = await stage.submit(upload=upload, artist=" , ")
    await stage.process(accepted)

    assert track_label(await stage.row(accepted.receipt.code)) == ("b", ",")
