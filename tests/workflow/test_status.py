"""What artists may know of their own submissions, and what they must never be told."""

import json

import pytest

from bot.errors import AlreadyDoneError, NotAllowedError, NotFoundError
from bot.messages import StatusView
from bot.texts import answer_text, status_text
from db import history, moves
from db.models import Answer, Status
from tests.workflow.stage import DAY, NIGHT, NOW, OWN_FILE, Stage, link_of, open_stage

# Words of the curators' side, as they would stand in a payload.
SECRETS = ("score", "percentile", "rank", "vote", "fit", "discovery", "propensity", "maybe", "why")


async def _move(stage: Stage, code: str, to: Status) -> None:
    row = await stage.row(code)
    await stage.inside(
        lambda session: moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=to,
            actor=None,
            at=stage.clock(),
        )
    )


async def test_somebody_who_sent_nothing_sees_nothing(stage: Stage) -> None:
    await stage.submit(link_of("one"))

    assert await stage.status("nobody") == StatusView(artist="nobody", rows=())
    assert await stage.status("mo") == StatusView(artist="mo", rows=())


async def test_artists_see_their_own_submissions_only_the_newest_first(stage: Stage) -> None:
    await stage.playlist("Loud")
    other = await open_stage(stage.sessions, "other")
    await other.submit(link_of("theirs"))
    await stage.submit(link_of("bens"), by="ben")
    first = (await stage.submit(link_of("one"))).receipt.code
    stage.clock.time = NOW + DAY
    second = (await stage.submit(link_of("two"), playlist="Loud")).receipt.code

    view = await stage.status()
    assert view.artist == "ana"
    assert [(row.code, row.playlist) for row in view.rows] == [(second, "Loud"), (first, NIGHT)]
    # One from ben waits longer for Night Drive.
    assert [row.place for row in view.rows] == [1, 2]
    assert [row.answer_by for row in view.rows] == [NOW + 15 * DAY, NOW + 14 * DAY]


async def test_the_place_is_by_age_whatever_the_score(stage: Stage) -> None:
    for name, percentile in (("one", 5), ("two", 79), ("three", 50)):
        await stage.send(stage.song(name, percentile=percentile), by=name)

    places = [(await stage.status(name)).rows[0].place for name in ("one", "two", "three")]
    assert places == [1, 2, 3]


async def test_a_place_moves_up_as_others_are_answered(stage: Stage) -> None:
    first = await stage.send(stage.song("one"), by="ben")
    await stage.send(stage.song("two"))
    await stage.decide(first, Answer.MAYBE)

    assert (await stage.status()).rows[0].place == 1
    row = await stage.row(first)
    async with stage.sessions() as session:
        assert await history.place_in_line(session, submission=row) is None


@pytest.mark.parametrize("answer", [None, *Answer])
async def test_nothing_of_the_curators_side_is_ever_told(
    stage: Stage, answer: Answer | None
) -> None:
    await stage.playlist(discovery_share=1.0)
    code = await stage.send(stage.song("one", percentile=71))
    await stage.send(stage.song("two", percentile=None))
    await stage.queue()
    if answer is not None:
        reasons = ("mix_muddy",) if answer is Answer.DECLINE else ()
        await stage.decide(code, answer, reasons=reasons, note="nice")

    view = await stage.status()
    told = json.dumps(view.to_json()) + "".join(
        answer_text(row) + status_text(row) for row in view.rows
    )
    for secret in SECRETS:
        assert secret not in told.lower()
    assert "71" not in told


async def test_a_maybe_and_what_was_written_to_it_stay_with_the_curators(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.decide(code, Answer.MAYBE, reasons=("no_room",), note="ask Ben first")

    (row,) = (await stage.status()).rows
    assert (row.status, row.reasons, row.note) == ("heard, still being considered", (), "")
    assert (row.place, row.answer_by) == (None, NOW + 14 * DAY)


async def test_a_decline_comes_with_its_reasons_in_words_and_the_note(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.decide(code, Answer.DECLINE, reasons=("off_genre",), note="try Loud")

    (row,) = (await stage.status()).rows
    assert (row.status, row.note) == ("declined", "try Loud")
    assert row.reasons == ("another genre than this playlist's",)
    assert (row.place, row.answer_by) == (None, None)


async def test_an_answer_taken_back_is_no_answer(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.decide(code, Answer.DECLINE, reasons=("off_genre",), note="no")
    await stage.undo(code)

    (row,) = (await stage.status()).rows
    assert (row.status, row.reasons, row.note) == ("waiting for a curator", (), "")
    assert row.place == 1


async def test_what_is_missing_is_told_where_the_artist_can_help(stage: Stage) -> None:
    await stage.send(stage.song("one", percentile=None))

    assert "you may send the file" in (await stage.status()).rows[0].status


async def test_what_earmark_refused_says_why_in_a_sentence(stage: Stage) -> None:
    await stage.send(link_of("unknown"))

    (row,) = (await stage.status()).rows
    assert (row.status, row.reasons) == ("withdrawn", ())
    assert row.note == "Spotify knows no track with this link."


async def test_an_artist_takes_an_own_submission_out(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))

    row = await stage.withdraw(code.lower())
    assert (row.code, row.status, row.place, row.answer_by) == (code, "withdrawn", None, None)
    assert (await stage.queue()).rows == ()
    last = (await stage.history(code))[-1]
    assert last.actor is not None
    assert last.actor.display_name == "ana"


@pytest.mark.parametrize("person", ["ben", "mo"])
async def test_nobody_else_takes_it_out(stage: Stage, person: str) -> None:
    code = await stage.send(stage.song("one"))

    with pytest.raises(NotAllowedError, match="not yours"):
        await stage.withdraw(code, by=person)
    assert (await stage.row(code)).status is Status.QUEUED


async def test_an_unknown_code_is_told(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match="T-ZZZZ"):
        await stage.withdraw("T-ZZZZ")


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ([Status.DECLINED], "declined"),
        ([Status.WITHDRAWN], "withdrawn"),
        ([Status.EXPIRED], "not answered in time"),
        ([Status.KEPT, Status.PLACED], "on the playlist"),
    ],
)
async def test_what_is_over_cannot_be_withdrawn(
    stage: Stage, way: list[Status], words: str
) -> None:
    code = await stage.send(stage.song("one"))
    for status in way:
        await _move(stage, code, status)

    with pytest.raises(AlreadyDoneError, match=f"{code} is already over: {words}"):
        await stage.withdraw(code)


@pytest.mark.parametrize("answer", [Answer.KEEP, Answer.MAYBE])
async def test_until_it_is_placed_it_can_be_withdrawn(stage: Stage, answer: Answer) -> None:
    code = await stage.send(stage.song("one"))
    await stage.decide(code, answer)

    assert (await stage.withdraw(code)).status == "withdrawn"


async def test_a_withdrawn_submission_is_not_scored_and_its_file_goes(stage: Stage) -> None:
    accepted = await stage.submit(upload=OWN_FILE)
    await stage.withdraw(accepted.receipt.code)
    await stage.process(accepted)

    assert stage.hearing.heard == []
    assert stage.files.kept == {}
