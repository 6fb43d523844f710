"""Sending a song again: when it is welcome, what is filled in, what the curators are told."""

import pytest
from sqlalchemy import update

from bot.errors import NotAllowedError, RuleError
from bot.version_texts import change_words
from bot.workflow.people import console_person
from bot.workflow.versions import Memory, Prefill, check_welcome, memory_of, prefill
from db import moves
from db.models import AiUse, Answer, Decision, Status
from db.types import Welcome
from tests.workflow.stage import DAY, NIGHT, NOW, OWN_FILE, Stage, link_of


async def _prefill(stage: Stage, code: str, *, by: str = "ana") -> Prefill:
    return await stage.inside(
        lambda session: prefill(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            now=stage.clock(),
        )
    )


async def _memory(stage: Stage, code: str) -> Memory | None:
    row = await stage.row(code)
    return await stage.inside(lambda session: memory_of(session, row))


async def _decline(stage: Stage, code: str, welcome: Welcome, *, note: str = "") -> None:
    """Decline it for its muddy mix, with what is welcome next."""
    await stage.decide(code, Answer.DECLINE, reasons=("mix_muddy",), note=note)
    row = await stage.row(code)
    await stage.inside(
        lambda session: session.execute(
            update(Decision)
            .where(Decision.submission_id == row.id)
            .values(welcome_next=welcome.value)
        )
    )


async def _expire(stage: Stage, code: str) -> None:
    row = await stage.row(code)
    await stage.inside(
        lambda session: moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=Status.EXPIRED,
            actor=None,
            at=stage.clock(),
        )
    )


@pytest.mark.parametrize(
    ("status", "welcome", "days", "taken"),
    [
        (Status.QUEUED, None, 0, False),
        (Status.MAYBE, None, 0, False),
        (Status.KEPT, None, 99, False),
        (Status.PLACED, None, 99, False),
        (Status.EXPIRED, None, 0, True),
        (Status.WITHDRAWN, None, 0, True),
        (Status.DECLINED, Welcome.NEW_MIX, 0, True),
        (Status.DECLINED, Welcome.OTHER_SONG, 27, False),
        (Status.DECLINED, Welcome.OTHER_SONG, 28, True),
        (Status.DECLINED, None, 27, False),
        (Status.DECLINED, None, 28, True),
        (Status.DECLINED, Welcome.NOT_THIS_ONE, 999, False),
    ],
)
def test_a_new_version_is_welcome_as_the_answer_said(
    *, status: Status, welcome: str | None, days: int, taken: bool
) -> None:
    def ask() -> None:
        check_welcome(
            "T-1",
            status,
            answered_at=NOW,
            welcome_next=welcome,
            resubmit_after_days=28,
            now=NOW + days * DAY,
        )

    if taken:
        ask()
        return
    with pytest.raises(RuleError) as caught:
        ask()
    assert caught.value.rule == "resubmit"


async def test_after_an_expiry_it_goes_again_at_once_whatever_the_weeks_limit(
    stage: Stage,
) -> None:
    await stage.playlist(per_member_7d=1, waiting_per_artist=1)
    accepted = await stage.submit(stage.song("one"), note="Live!", ai_use=AiUse.NO, genre="Techno")
    await stage.process(accepted)
    old = accepted.receipt.code
    await _expire(stage, old)

    form = await _prefill(stage, old)
    assert form.to_json() == {
        "replaces": old,
        "playlist": NIGHT,
        "link": link_of("one"),
        "title": "Title of one",
        "artist": "Artist of one",
        "note": "Live!",
        "ai_use": "no",
        "genre": "Techno",
        "language": None,
        "earlier": "not answered in time; we are sorry, and you may send it again at once",
    }
    again = await stage.submit(form.link or "", replaces=form.replaces)
    await stage.process(again)

    row = await stage.row(again.receipt.code)
    assert row.status is Status.QUEUED
    assert row.replaces_id == (await stage.row(old)).id
    memory = await _memory(stage, again.receipt.code)
    assert memory is not None
    assert memory.text == f"{old} expired 18 Nov; now the same recording"


async def test_a_new_mix_counts_for_the_weeks_limit(stage: Stage) -> None:
    await stage.playlist(per_member_7d=1)
    old = await stage.send(stage.song("one"))
    await _decline(stage, old, Welcome.NEW_MIX)

    with pytest.raises(RuleError) as caught:
        await stage.submit(stage.song("again"), replaces=old)
    assert (caught.value.rule, caught.value.possible_at) == ("per_member_7d", NOW + 7 * DAY)


async def test_the_same_recording_is_no_new_mix(stage: Stage) -> None:
    old = await stage.send(stage.song("one"))
    await _decline(stage, old, Welcome.NEW_MIX)

    with pytest.raises(RuleError) as caught:
        await stage.submit(link_of("one"), replaces=old)
    assert caught.value.rule == "duplicate"


async def test_curators_read_what_was_said_and_what_has_changed(stage: Stage) -> None:
    old = await stage.send(stage.song("one"))
    await _decline(stage, old, Welcome.NEW_MIX, note="Less reverb!")
    again = await stage.submit(
        upload=OWN_FILE, title="Title of one", artist="Artist of one", replaces=old
    )
    await stage.process(again)

    memory = await _memory(stage, again.receipt.code)
    assert memory is not None
    assert memory.text == f"{old} declined 18 Nov: the mix is muddy or out of balance"
    assert (memory.code, memory.note, memory.changes) == (old, "Less reverb!", ())
    assert await _memory(stage, old) is None


@pytest.mark.parametrize(
    ("louder", "faster", "longer", "words"),
    [
        (2.1, None, None, ("2.1 dB louder",)),
        (-3.0, 4.4, -12_400.0, ("3.0 dB quieter", "12 s shorter", "4 BPM faster")),
        (0.4, -0.9, 900.0, ()),
        (None, -2.0, 61_000.0, ("1:01 min longer", "2 BPM slower")),
    ],
)
def test_what_nobody_would_notice_is_not_told(
    louder: float | None, faster: float | None, longer: float | None, words: tuple[str, ...]
) -> None:
    assert words == change_words(
        louder_db=louder, faster_bpm=faster, longer_ms=longer, same_recording=False
    )


async def test_a_version_of_somebody_elses_or_for_another_playlist_is_refused(
    stage: Stage,
) -> None:
    await stage.playlist("Loud")
    old = await stage.send(stage.song("one"))
    await _expire(stage, old)

    with pytest.raises(NotAllowedError):
        await _prefill(stage, old, by="ben")
    with pytest.raises(NotAllowedError):
        await stage.submit(link_of("one"), by="ben", replaces=old)
    with pytest.raises(RuleError, match="it is no new version"):
        await stage.submit(link_of("one"), playlist="Loud", replaces=old)
