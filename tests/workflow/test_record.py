"""The whole record of a submission, and the board of a channel."""

from datetime import timedelta

import pytest

from bot.curation import BoardView, TrackHistory
from bot.curator_texts import board_lines, event_words
from bot.errors import NotAllowedError
from bot.workflow import board, handling, record
from bot.workflow.board import fingerprint
from bot.workflow.people import console_person
from db.models import Answer, EventKind, Status
from tests.workflow.stage import DAY, MINUTE, Stage


async def _track(stage: Stage, code: str, by: str = "mo") -> TrackHistory:
    return await stage.inside(
        lambda session: record.track_history(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            now=stage.clock(),
        )
    )


async def _board(stage: Stage) -> BoardView:
    return await stage.inside(
        lambda session: board.show_board(
            session, workspace_id=stage.workspace_id, now=stage.clock()
        )
    )


async def test_a_record_tells_what_happened_and_who_saw_it(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.queue(by="mo")
    await stage.decide(code, Answer.DECLINE, reasons=("mix_muddy",), note="Send it again!")
    await stage.undo(code)

    view = await _track(stage, code)
    assert [line.what for line in view.lines] == [
        "submitted",
        "looked up",
        "scored",
        "queued",
        "declined",
        "taken back",
    ]
    assert view.lines[4].text == "the mix is muddy or out of balance; Send it again!"
    assert [line.what for line in view.shown] == ["shown in place 1"]
    assert (view.shown[0].who, view.status) == ("mo", "queued")
    assert view.score is not None


async def test_votes_stand_in_the_record_after_ones_own(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    await stage.appoint("kim")
    code = await stage.send(stage.song("one"))
    await stage.decide(code, by="kim")

    blind = await _track(stage, code)
    assert (blind.score, blind.score_hidden, blind.panel.votes) == (None, True, None)
    assert (blind.lines[-1].what, blind.lines[-1].text) == ("voted", "")
    stage.clock.time += MINUTE
    await stage.decide(code, Answer.MAYBE, by="mo")
    seen = await _track(stage, code)
    assert [line.text for line in seen.lines[-2:]] == ["keep", "maybe"]
    assert seen.score is not None


async def test_a_record_is_neither_for_its_artist_nor_for_strangers(stage: Stage) -> None:
    code = await stage.send(stage.song("own"), by="mo")

    with pytest.raises(NotAllowedError, match="is your own"):
        await _track(stage, code)
    with pytest.raises(NotAllowedError, match="Only curators"):
        await _track(stage, code, "ana")


async def test_a_board_reads_the_same_until_something_changes(stage: Stage) -> None:
    codes = [
        await stage.send(stage.song(f"s{number}", percentile=60 - number), by=f"a{number}")
        for number in range(7)
    ]
    first = await _board(stage)
    (part,) = first.parts
    assert (part.waiting, part.overdue, part.maybe, part.open) == (7, 0, 0, True)
    assert [row.code for row in part.rows] == codes[:5]
    assert "score" not in str(first.to_json())

    stage.clock.time += timedelta(hours=30)
    later = await _board(stage)
    assert fingerprint(later) == fingerprint(first)

    await stage.inside(
        lambda session: handling.claim(
            session,
            workspace_id=stage.workspace_id,
            code=codes[0],
            person=console_person("mo"),
            now=stage.clock(),
        )
    )
    claimed = await _board(stage)
    assert fingerprint(claimed) != fingerprint(first)
    assert board_lines(claimed.parts[0])[1] == (
        f"#1 Title of s0 - Artist of s0 ({codes[0]}) · claimed by mo"
    )
    await stage.decide(codes[1], Answer.MAYBE)
    assert "6 waiting · 1 maybe · oldest from" in board_lines((await _board(stage)).parts[0])[0]


async def test_a_board_says_that_a_playlist_is_closed_or_late(stage: Stage) -> None:
    await stage.send(stage.song("one"))
    await stage.playlist(paused=True)
    stage.clock.time += 15 * DAY

    (part,) = (await _board(stage)).parts
    counts, row = board_lines(part)
    assert counts.startswith("1 waiting · 1 overdue · oldest from")
    assert counts.endswith("closed to submissions")
    assert row.endswith("· overdue")


@pytest.mark.parametrize("kind", list(EventKind))
def test_everything_that_happens_has_a_word(kind: EventKind) -> None:
    assert event_words(kind, Status.KEPT)
