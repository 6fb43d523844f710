import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NoPreviewError, NotAllowedError, NotFoundError
from bot.fact_texts import compared_text, place_words, value_text
from bot.texts import unheard_text
from bot.workflow.facts import Fact, FactsView, Place, show_facts
from bot.workflow.people import console_person
from db.models import Answer, Score
from tests.workflow.stage import NIGHT, Stage

SHARES = ("energy", "danceability", "acousticness", "valence", "instrumentalness", "speechiness")


async def facts(stage: Stage, code: str, *, by: str = "ana") -> FactsView:
    return await stage.inside(
        lambda session: show_facts(
            session, workspace_id=stage.workspace_id, code=code, person=console_person(by)
        )
    )


async def hear(stage: Stage, code: str, **heard: float | str | None) -> None:
    """Let a submission's track have been heard like this."""
    row = await stage.row(code)

    async def change(session: AsyncSession) -> None:
        await session.execute(update(Score).where(Score.track_id == row.track_id).values(**heard))

    await stage.inside(change)


async def keep(stage: Stage, count: int, **first: float) -> list[str]:
    """Let the playlist keep tracks; each has one more of every fact than the one before."""
    codes = []
    for i in range(count):
        code = await stage.send(stage.song(f"kept{i}"), by=f"artist{i}")
        await hear(stage, code, **{name: value + i for name, value in first.items()})
        await stage.decide(code, Answer.KEEP)
        codes.append(code)
    return codes


def named(view: FactsView, name: str) -> Fact:
    (fact,) = [fact for fact in view.facts if fact.name == name]
    return fact


async def test_an_own_track_is_told_as_it_sounds(stage: Stage) -> None:
    code = await stage.send(stage.song("mine"))

    view = await facts(stage, code)

    assert (view.code, view.playlist, view.title) == (code, NIGHT, "Title of mine")
    assert [fact.name for fact in view.facts] == ["tempo", "key", "loudness", *SHARES]
    assert [value_text(fact.value, fact.unit) for fact in view.facts] == [
        "118 BPM",
        "A minor",
        "-11.5 LUFS",
        "61",
        "62",
        "13",
        "34",
        "75",
        "6",
    ]


async def test_fewer_than_five_kept_tracks_are_too_few_to_compare(stage: Stage) -> None:
    await keep(stage, 4, loudness_lufs=-14)
    code = await stage.send(stage.song("mine"))

    view = await facts(stage, code)

    assert view.tracks == 4
    assert view.compared == ("Night Drive has too few tracks to compare: 4 of at least 5.")
    assert {fact.place for fact in view.facts} == {None}


async def test_the_range_leaves_out_one_in_ten_at_either_end(stage: Stage) -> None:
    await keep(stage, 6, loudness_lufs=-14, tempo_bpm=100)
    code = await stage.send(stage.song("mine"))

    view = await facts(stage, code)

    loudness = named(view, "loudness")
    assert (loudness.low, loudness.high) == pytest.approx((-13.5, -9.5))
    assert loudness.place is Place.INSIDE
    assert named(view, "tempo").place is Place.ABOVE
    assert "eight in ten of the 6 other tracks" in view.compared


async def test_the_own_track_and_what_was_not_kept_are_no_part_of_the_range(stage: Stage) -> None:
    codes = await keep(stage, 5, loudness_lufs=-14)
    declined = await stage.send(stage.song("declined"), by="bo")
    await stage.decide(declined, Answer.DECLINE, reasons=("off_genre",))
    await stage.send(stage.song("waiting"), by="cy")

    view = await facts(stage, codes[0], by="artist0")

    assert view.tracks == 4


async def test_another_playlist_is_no_part_of_the_range(stage: Stage) -> None:
    await stage.playlist("Day Drive")
    await stage.appoint("mo", "Day Drive")
    await keep(stage, 5, loudness_lufs=-14)
    code = await stage.send(stage.song("mine"), playlist="Day Drive")

    assert (await facts(stage, code)).tracks == 0


async def test_half_of_a_tempo_inside_the_range_is_inside(stage: Stage) -> None:
    await keep(stage, 5, tempo_bpm=57)
    code = await stage.send(stage.song("mine"))

    tempo = named(await facts(stage, code), "tempo")

    assert (tempo.value, tempo.alternative, tempo.place) == (118.0, 59.0, Place.INSIDE)


async def test_what_another_model_heard_is_not_compared_but_what_is_measured_is(
    stage: Stage,
) -> None:
    await keep(stage, 5, loudness_lufs=-14)
    stage.hearing.model_version = "cnn-2"
    code = await stage.send(stage.song("mine"))

    view = await facts(stage, code)

    assert named(view, "energy").low is None
    assert named(view, "loudness").low is not None


async def test_a_doubtful_tempo_or_key_is_marked(stage: Stage) -> None:
    code = await stage.send(stage.song("mine"))
    await hear(stage, code, tempo_confidence=0.2, key_confidence=0.05)

    view = await facts(stage, code)

    assert (named(view, "tempo").unsure, named(view, "key").unsure) == (True, True)
    await hear(stage, code, key=None, key_confidence=0.0)
    key = named(await facts(stage, code), "key")
    assert (key.value, key.unsure, value_text(key.value, key.unit)) == (None, False, "unclear")


async def test_nobody_else_sees_them(stage: Stage) -> None:
    code = await stage.send(stage.song("mine"))

    for somebody in ("mo", "bo"):
        with pytest.raises(NotAllowedError, match="only who sent a track sees its facts"):
            await facts(stage, code, by=somebody)


async def test_an_unheard_track_has_no_facts(stage: Stage) -> None:
    stage.troubles.always["ladder"] = NoPreviewError("nothing")
    code = await stage.send(stage.song("mine", percentile=None))

    with pytest.raises(NotFoundError, match=r"has not been heard.*you may send the file"):
        await facts(stage, code)


async def test_an_unknown_code_is_told(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        await facts(stage, "T-0000")


async def test_no_score_rank_or_vote_is_in_what_an_artist_reads(stage: Stage) -> None:
    await keep(stage, 6, loudness_lufs=-14)
    code = await stage.send(stage.song("mine", percentile=77))
    payload = (await facts(stage, code)).to_json()

    told = re.sub(r"[^a-z0-9.]+", " ", str(payload).lower()).split()
    forbidden = {"score", "percentile", "rank", "fit", "vote", "votes", "band", "level", "p_high"}
    assert not forbidden & set(told)
    # The fake's median and interval: 77, 57 to 97.
    assert not {"77", "77.0", "57.0", "97.0"} & set(told)
    assert payload["heading"] == "Facts, not a verdict"


@given(st.floats(-100, 300), st.floats(-100, 300), st.floats(0, 100))
def test_a_value_is_below_inside_or_above(value: float, low: float, width: float) -> None:
    fact = Fact(name="x", unit="", value=value, low=low, high=low + width)

    expected = Place.BELOW if value < low else Place.ABOVE if value > low + width else Place.INSIDE
    assert fact.place is expected
    assert str(expected) in place_words(fact.place)


def test_the_texts_say_what_can_be_done() -> None:
    assert unheard_text("T-4F7K", "silent") == (
        "The audio of T-4F7K has not been heard, so there are no facts about it:"
        " the file is silent; you may send another."
    )
    assert unheard_text("T-4F7K", None).endswith("no facts about it yet.")
    assert "@everyone" not in compared_text("@everyone", 9, enough=5)
