"""What goes into the outbox, and what does not."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from bot.workflow import notices, review, status
from bot.workflow.notices import BOARD_PAUSE, board_due
from bot.workflow.process import process
from bot.workflow.reminding import remind_curators
from db import (
    members,
    moves,
    recipients,
    workspace_settings,
)
from db.models import Answer, Platform, Status, Submission
from tests.workflow.fakes import CrashError
from tests.workflow.stage import NOW, Stage
from tests.workflow.telling import (
    ANA,
    MO,
    appoint,
    backlog,
    decide,
    in_channel,
    kinds,
    sent,
    undo,
    unscored,
)


@pytest.fixture
async def code(stage: Stage) -> str:
    await appoint(stage)
    return await sent(stage)


@pytest.mark.parametrize(
    ("answer", "told"),
    [(Answer.KEEP, ["kept"]), (Answer.DECLINE, ["declined"]), (Answer.MAYBE, [])],
)
async def test_an_answer_is_told_to_its_artist_and_a_maybe_is_not(
    stage: Stage, code: str, answer: Answer, told: list[str]
) -> None:
    await decide(stage, code, answer)

    rows = await backlog(stage)
    assert [row.kind for row in rows] == told
    assert [row.recipient for row in rows] == ["person:11" for _ in told]


async def decide_and_crash(stage: Stage, code: str) -> None:
    async with stage.sessions.begin() as session:
        await review.decide(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            answer=Answer.KEEP,
            person=MO,
            now=NOW,
        )
        raise CrashError


async def test_an_answer_that_is_rolled_back_tells_nobody(stage: Stage, code: str) -> None:
    with pytest.raises(CrashError):
        await decide_and_crash(stage, code)

    assert await backlog(stage) == []


async def test_news_told_twice_by_a_repeated_step_are_one_row(stage: Stage, code: str) -> None:
    await decide(stage, code, Answer.KEEP)
    submission = await stage.row(code)
    for _ in range(2):
        await stage.inside(
            lambda session: notices.changed(
                session, workspace_id=stage.workspace_id, submission_id=submission.id, at=NOW
            )
        )

    assert await kinds(stage) == ["kept"]


async def test_an_undo_changes_the_message_and_corrects_it(stage: Stage, code: str) -> None:
    await decide(stage, code, Answer.DECLINE)
    await undo(stage, code)
    rows = await backlog(stage)

    assert [row.kind for row in rows] == ["declined", "taken_back", "correction"]
    assert rows[0].subject == rows[1].subject != rows[2].subject


async def test_who_withdraws_needs_no_message(stage: Stage, code: str) -> None:
    await stage.inside(
        lambda session: status.withdraw(
            session, workspace_id=stage.workspace_id, code=code, person=ANA, now=NOW
        )
    )

    assert await backlog(stage) == []


@pytest.mark.parametrize(
    ("to", "told"), [(Status.EXPIRED, "expired"), (Status.WITHDRAWN, "refused_by_us")]
)
async def test_an_end_that_earmark_makes_is_told(
    stage: Stage, code: str, to: Status, told: str
) -> None:
    submission = await stage.row(code)
    async with stage.sessions.begin() as session:
        await moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=submission.id,
            to=to,
            actor=None,
            at=NOW,
        )
        await notices.changed(
            session, workspace_id=stage.workspace_id, submission_id=submission.id, at=NOW
        )

    assert await kinds(stage) == [told]


async def test_an_artist_is_asked_for_what_only_they_can_give(stage: Stage, code: str) -> None:
    await unscored(stage, code, "source_down")
    before = await kinds(stage)
    await unscored(stage, code, "no_preview")
    await unscored(stage, code, "no_preview")

    assert before == []
    assert await kinds(stage) == ["help"]


async def test_nobody_at_the_console_gets_a_row(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.decide(code, Answer.KEEP)

    assert await backlog(stage) == []


async def test_who_wants_no_messages_gets_none(stage: Stage, code: str) -> None:
    async with stage.sessions.begin() as session:
        member = await members.by_identity(
            session,
            workspace_id=stage.workspace_id,
            platform=ANA.platform,
            external_id=ANA.external_id,
        )
        assert member is not None
        member.dm_allowed = False
    await decide(stage, code, Answer.KEEP)

    assert await backlog(stage) == []


async def test_every_card_of_a_submission_is_refreshed_once_for_each_change(
    stage: Stage, code: str
) -> None:
    submission = await stage.row(code)
    for message_id in ("70", "71"):
        async with stage.sessions.begin() as session:
            await notices.card_posted(
                session,
                workspace_id=stage.workspace_id,
                submission_id=submission.id,
                channel=recipients.channel(Platform.DISCORD, "5"),
                message_id=message_id,
                at=NOW,
            )
    fresh = [row.key for row in await backlog(stage)]
    await decide(stage, code, Answer.MAYBE)
    rows = [row for row in await backlog(stage) if row.key not in fresh]

    assert [row.kind for row in rows] == ["card", "card"]
    assert {row.subject for row in rows} == {
        f"card:{submission.id}:70",
        f"card:{submission.id}:71",
    }


async def test_boards_in_both_chats_change_on_the_next_mark_of_the_grid(
    stage: Stage, code: str
) -> None:
    await in_channel(stage, Platform.DISCORD, "5")
    await in_channel(stage, Platform.SLACK, "C5")
    await decide(stage, code, Answer.MAYBE)
    rows = await backlog(stage)

    assert {(row.platform, row.recipient) for row in rows} == {
        (Platform.DISCORD, "channel:5"),
        (Platform.SLACK, "channel:C5"),
    }
    assert {row.due_at for row in rows} == {board_due(NOW)}


@pytest.mark.parametrize("seconds", [0, 0.001, 3, 9.999])
def test_changes_within_ten_seconds_meet_on_one_mark(seconds: float) -> None:
    due = board_due(NOW + timedelta(seconds=seconds))

    assert due == NOW + BOARD_PAUSE


async def playlist_id(stage: Stage, code: str) -> int:
    return (await stage.row(code)).playlist_id


async def test_curators_are_reminded_in_their_channel_once_an_occasion(
    stage: Stage, code: str
) -> None:
    await in_channel(stage, Platform.DISCORD, "5")
    for occasion in ("day-1", "day-1", "day-2"):
        await remind(stage, code, occasion)

    assert [(row.kind, row.recipient) for row in await backlog(stage)] == [
        ("reminder", "channel:5"),
        ("reminder", "channel:5"),
    ]


async def test_curators_without_a_channel_are_reminded_in_person(stage: Stage, code: str) -> None:
    await remind(stage, code, "day-1")

    assert [row.recipient for row in await backlog(stage)] == ["person:12"]


async def remind(stage: Stage, code: str, occasion: str) -> None:
    row = await stage.row(code)
    async with stage.sessions.begin() as session:
        await remind_curators(
            session,
            workspace_id=stage.workspace_id,
            playlist_id=row.playlist_id,
            submission_ids=[row.id],
            because=occasion,
            at=NOW,
        )


async def test_a_digest_is_posted_once_a_week_and_channel(stage: Stage, code: str) -> None:
    await in_channel(stage, Platform.DISCORD, "5")
    number = await playlist_id(stage, code)
    posted = [
        await stage.inside(
            lambda session: notices.post_digest(
                session,
                workspace_id=stage.workspace_id,
                playlist_id=number,
                week="2026-W47",
                at=NOW,
            )
        )
        for _ in range(2)
    ]

    assert posted == [1, 0]


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_mention_needs_the_workspace_to_allow_it(
    stage: Stage, code: str, *, allowed: bool
) -> None:
    await in_channel(stage, Platform.DISCORD, "5")
    row = await stage.row(code)
    async with stage.sessions.begin() as session:
        await workspace_settings.change_chat(
            session,
            workspace_id=stage.workspace_id,
            platform=Platform.DISCORD,
            mention_fallback=allowed,
        )
        done = await notices.mention(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=recipients.person(Platform.DISCORD, "11"),
            key="kept:1",
            at=NOW,
        )

    assert done is allowed
    assert [row.recipient for row in await backlog(stage)] == ["channel:5-submit"] * allowed


async def test_a_row_holds_ids_and_nothing_that_people_wrote(stage: Stage, code: str) -> None:
    await in_channel(stage, Platform.DISCORD, "5")
    await unscored(stage, code, "no_preview")
    await decide(stage, code, Answer.DECLINE)
    await undo(stage, code)
    await remind(stage, code, "day-1")

    rows = await backlog(stage)
    told = {"board", "correction", "declined", "help", "reminder", "taken_back"}
    assert {row.kind for row in rows} == told
    assert all(isinstance(value, int | list) for row in rows for value in row.payload.values())


async def test_what_is_refused_for_good_is_told_in_the_same_commit(stage: Stage) -> None:
    stage.lookup.tracks.clear()
    code = await sent(stage)
    row = await stage.row(code)
    await process(
        row.id,
        workspace_id=stage.workspace_id,
        sessions=stage.sessions,
        services=stage.services,
        now=stage.clock,
    )

    assert await kinds(stage) == ["refused_by_us"]


async def test_a_track_without_audio_is_told_in_the_same_commit(stage: Stage) -> None:
    stage.song("one", percentile=None)
    row = await stage.row(await sent(stage))
    for _ in range(2):
        await process(
            row.id,
            workspace_id=stage.workspace_id,
            sessions=stage.sessions,
            services=stage.services,
            now=stage.clock,
        )

    assert await kinds(stage) == ["help"]


async def test_a_row_of_a_submission_that_was_deleted_goes_with_it(stage: Stage, code: str) -> None:
    await decide(stage, code, Answer.KEEP)
    row = await stage.row(code)
    told = await kinds(stage)
    await stage.inside(
        lambda session: session.execute(delete(Submission).where(Submission.id == row.id))
    )

    assert (told, await kinds(stage)) == (["kept"], [])
