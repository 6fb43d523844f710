"""What curators read: boards, cards, reminders and digests. From the commit to the chat."""

from datetime import datetime
from typing import TypedDict

import pytest

from bot.marks import link
from bot.workflow import manage, notices
from bot.workflow.people import Person
from bot.workflow.reminding import remind_curators
from db import recipients
from db.models import Answer, Platform, Role
from db.recipients import Place
from tests.workflow.chats import FakeChat
from tests.workflow.stage import DAY, NIGHT, NOW, Stage, link_of
from tests.workflow.telling import ANA, appoint, decide, deliver, heard, words_of
from tests.workflow.test_places import MANAGER, set_up


@pytest.fixture
async def code(stage: Stage) -> str:
    return await heard(stage)


async def test_the_board_tells_the_counts_and_the_top_and_changes_with_them(
    stage: Stage, code: str
) -> None:
    chat = FakeChat()
    await deliver(stage, chat)
    await decide(stage, code, Answer.KEEP)
    await deliver(stage, chat)
    (board,) = (shown for shown in chat.messages.values() if shown.to.external_id == "5")

    first, second = (card.fields[0].value for card in board.cards)
    assert first.startswith("1 waiting")
    assert "#1 Title of one - Artist of one" in first
    assert second == "0 waiting"


async def test_a_new_review_channel_gets_its_board_and_the_old_one_says_where_it_went(
    stage: Stage, code: str
) -> None:
    chat = FakeChat()
    await deliver(stage, chat)
    await set_up(stage, {"review_channel": "7"})
    await deliver(stage, chat)
    boards = {shown.to.external_id: shown for shown in chat.messages.values()}

    assert boards["5"].card.title == "The board has moved"
    assert boards["7"].card.title == "Queues at a glance"
    await set_up(stage, {"review_channel": "5"})
    await deliver(stage, chat)
    assert [boards[one].card.title for one in ("5", "7")] == [
        "Queues at a glance",
        "The board has moved",
    ]


async def test_a_channel_that_never_had_a_board_hears_nothing_of_one(stage: Stage) -> None:
    chat = FakeChat()
    for channel_id in ("7", "8"):
        await set_up(stage, {"review_channel": channel_id})
    await deliver(stage, chat)

    assert [shown.to.external_id for shown in chat.messages.values()] == ["8"]


@pytest.mark.parametrize("change", ["add", "limit", "close", "open"])
async def test_the_board_shows_what_is_done_to_a_playlist(
    stage: Stage, code: str, change: str
) -> None:
    chat = FakeChat()
    await deliver(stage, chat)
    await look_after(stage, change)
    await deliver(stage, chat)
    (board,) = (shown for shown in chat.messages.values() if shown.to.external_id == "5")

    assert len(board.cards) == (1 if change in {"limit", "open"} else 2)
    names = [field.name for field in board.card.fields]
    assert ("Loud" in names) == (change == "add")
    assert ("closed to submissions" in words_of(board.card)) == (change == "close")


class _Managing(TypedDict):
    workspace_id: int
    person: Person
    now: datetime


async def look_after(stage: Stage, change: str) -> None:
    """Change a playlist as its manager does; a limit or what is open already shows nowhere."""
    common = _Managing(workspace_id=stage.workspace_id, person=MANAGER, now=stage.clock())
    async with stage.sessions.begin() as session:
        match change:
            case "add":
                await manage.add_playlist(session, name="Loud", **common)
            case "limit":
                changes = {"intake_cap": "7"}
                await manage.edit_playlist(session, playlist=NIGHT, changes=changes, **common)
            case "close":
                await manage.close_playlist(session, playlist=NIGHT, **common)
            case _:
                await manage.open_playlist(session, playlist=NIGHT, **common)


async def test_a_card_follows_its_submission(stage: Stage, code: str) -> None:
    chat = FakeChat()
    row = await stage.row(code)
    to = recipients.channel(Platform.DISCORD, "5")
    await deliver(stage, chat)
    # As the platform's own code posts it, before it tells us.
    message_id = next(iter(chat.messages))
    async with stage.sessions.begin() as session:
        await notices.card_posted(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            channel=to,
            message_id=message_id,
            at=stage.clock(),
        )
    await deliver(stage, chat)
    await decide(stage, code, Answer.KEEP)
    await deliver(stage, chat)
    shown = [card for card in chat.messages[message_id].cards if code in card.body]

    assert [button.action for button in shown[0].buttons] == ["keep", "maybe", "decline", "claim"]
    assert "kept" in shown[-1].body.lower()
    assert shown[-1].buttons == ()


async def test_a_reminder_names_what_is_due_and_is_dropped_where_all_is_answered(
    stage: Stage, code: str
) -> None:
    chat = FakeChat()
    row = await stage.row(code)
    for occasion, decided in (("first", False), ("second", True)):
        if decided:
            await decide(stage, code, Answer.KEEP)
        async with stage.sessions.begin() as session:
            await remind_curators(
                session,
                workspace_id=stage.workspace_id,
                playlist_id=row.playlist_id,
                submission_ids=[row.id],
                because=occasion,
                at=stage.clock(),
            )
        await deliver(stage, chat)
    reminders = [title for title in chat.titles("5") if "answer from" in title]

    assert reminders == ["One track waits for an answer from Night Drive"]


async def test_a_digest_is_composed_of_the_week_it_names(stage: Stage, code: str) -> None:
    chat = FakeChat()
    await decide(stage, code, Answer.KEEP)
    stage.clock.time = NOW + 7 * DAY
    await post_digest(stage)
    await deliver(stage, chat)
    (card,) = (shown.card for shown in chat.messages.values() if "week" in shown.card.title)

    assert card.title == "Night Drive, week 2026-W47"
    assert card.body == f"Title of one - Artist of one {link(link_of('one'))}"
    assert "1 kept" in card.fields[0].value
    assert card.image is not None
    assert card.image.alt.startswith("Night Drive, week 2026-W47: 1 kept")


async def test_without_a_review_channel_the_digest_goes_to_who_looks_after_the_playlist(
    stage: Stage,
) -> None:
    chat = FakeChat()
    await appoint(stage)
    await stage.inside(
        lambda session: manage.grant(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            person=MANAGER,
            to=ANA,
            role=Role.ADMIN,
            now=stage.clock(),
        )
    )
    await post_digest(stage)
    await deliver(stage, chat)
    (told,) = chat.messages.values()

    assert (told.to.place, told.to.external_id) == (Place.PERSON, ANA.external_id)
    assert told.card.title == "Night Drive, week 2026-W47"
    assert told.card.body.startswith("This comes to you alone")
    assert "Nothing was added" in told.card.body


async def post_digest(stage: Stage) -> None:
    playlist = await stage.playlist()
    await stage.inside(
        lambda session: notices.post_digest(
            session,
            workspace_id=stage.workspace_id,
            playlist_id=playlist.id,
            week="2026-W47",
            at=stage.clock(),
        )
    )
