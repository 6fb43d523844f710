"""What the messages say, and what artists must never read. From the commit to the chat."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypedDict

import pytest

from bot.errors import RefusedMessageError
from bot.marks import link
from bot.messages import Card
from bot.workflow import manage, notices, status
from bot.workflow.notice_cards import compose
from bot.workflow.notices import FOR_ARTISTS, Notice
from bot.workflow.outbox import Sender
from bot.workflow.people import Person
from bot.workflow.process import process
from bot.workflow.reminding import remind_curators
from db import events, moves, outbox, recipients, workspace_settings
from db.models import Answer, EventKind, Platform, Role, Status
from db.recipients import Place
from tests.workflow.chats import FakeChat
from tests.workflow.stage import DAY, MINUTE, NIGHT, NOW, Stage, link_of
from tests.workflow.test_notices import ANA, appoint, decide, sent, undo, unscored
from tests.workflow.test_places import MANAGER, set_up

# "vote", "fit" and the like as words; a percentile as its number (61) or as `of 100`.
_FORBIDDEN = re.compile(
    r"\b(score[sd]?|fit|rank(ed|ing)?|votes?|voted|band|percentile|confidence|likely|discovery"
    r"|interval|panel|61|of 100)\b",
    re.IGNORECASE,
)


async def deliver(stage: Stage, chat: FakeChat) -> None:
    """Send everything that will ever be due."""
    stage.clock.time += MINUTE
    await Sender(
        sessions=stage.sessions,
        couriers={Platform.DISCORD: chat},
        compose=compose,
        worker="one",
        now=stage.clock,
    ).deliver_due()


def words_of(card: Card) -> str:
    fields = [text for field in card.fields for text in (field.name, field.value)]
    buttons = [button.label for button in card.buttons]
    return "\n".join([card.title, card.body, card.footer, *fields, *buttons])


@pytest.fixture
async def code(stage: Stage) -> str:
    """A scored submission of somebody in Discord, in a workspace with a review channel."""
    stage.song("one", percentile=61)
    await appoint(stage)
    async with stage.sessions.begin() as session:
        await workspace_settings.change_chat(
            session,
            workspace_id=stage.workspace_id,
            platform=Platform.DISCORD,
            review_channel="5",
            submit_channel="6",
            mention_fallback=True,
        )
    code = await sent(stage)
    await process(
        (await stage.row(code)).id,
        workspace_id=stage.workspace_id,
        sessions=stage.sessions,
        services=stage.services,
        now=stage.clock,
    )
    return code


async def move(stage: Stage, code: str, to: Status) -> None:
    row = await stage.row(code)
    async with stage.sessions.begin() as session:
        await moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=to,
            actor=None,
            at=stage.clock(),
            note="Spotify knows no track with this link." if to is Status.WITHDRAWN else None,
        )
        await notices.changed(
            session, workspace_id=stage.workspace_id, submission_id=row.id, at=stage.clock()
        )


async def ask(stage: Stage, code: str, question: str) -> None:
    row = await stage.row(code)
    async with stage.sessions.begin() as session:
        await events.add(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            kind=EventKind.ASKED,
            at=stage.clock(),
            note=question,
        )
        await notices.changed(
            session, workspace_id=stage.workspace_id, submission_id=row.id, at=stage.clock()
        )


Scene = Callable[[Stage, str, FakeChat], Awaitable[None]]


async def _kept(stage: Stage, code: str, chat: FakeChat) -> None:
    await decide(stage, code, Answer.KEEP)


async def _declined(stage: Stage, code: str, chat: FakeChat) -> None:
    await decide(stage, code, Answer.DECLINE)


async def _expired(stage: Stage, code: str, chat: FakeChat) -> None:
    await move(stage, code, Status.EXPIRED)


async def _placed(stage: Stage, code: str, chat: FakeChat) -> None:
    await decide(stage, code, Answer.KEEP)
    await deliver(stage, chat)
    await move(stage, code, Status.PLACED)


async def _rotated_out(stage: Stage, code: str, chat: FakeChat) -> None:
    await _placed(stage, code, chat)
    await deliver(stage, chat)
    await move(stage, code, Status.ROTATED_OUT)


async def _refused(stage: Stage, code: str, chat: FakeChat) -> None:
    await move(stage, code, Status.WITHDRAWN)


async def _helped(stage: Stage, code: str, chat: FakeChat) -> None:
    await unscored(stage, code, "weak_match")


async def _taken_back(stage: Stage, code: str, chat: FakeChat) -> None:
    await decide(stage, code, Answer.DECLINE)
    await deliver(stage, chat)
    await undo(stage, code)


async def _asked(stage: Stage, code: str, chat: FakeChat) -> None:
    await ask(stage, code, "Is there an instrumental?")


SCENES: dict[str, tuple[Scene, list[str]]] = {
    "kept": (_kept, ["Night Drive keeps Title of one - Artist of one"]),
    "declined": (_declined, ["Night Drive does not take Title of one - Artist of one"]),
    "expired": (_expired, ["Night Drive did not answer you in time"]),
    "placed": (
        _placed,
        [
            "Night Drive keeps Title of one - Artist of one",
            "Title of one - Artist of one is on Night Drive",
        ],
    ),
    "rotated_out": (
        _rotated_out,
        [
            "Night Drive keeps Title of one - Artist of one",
            "Title of one - Artist of one is on Night Drive",
            "Title of one - Artist of one has had its time on Night Drive",
        ],
    ),
    "refused_by_us": (_refused, ["Night Drive cannot take Title of one - Artist of one"]),
    "help": (_helped, ["Title of one - Artist of one needs something from you"]),
    "taken_back": (
        _taken_back,
        [
            "Taken back: what we wrote about Title of one - Artist of one",
            "Please disregard our last answer about Title of one - Artist of one",
        ],
    ),
    "correction": (
        _taken_back,
        [
            "Taken back: what we wrote about Title of one - Artist of one",
            "Please disregard our last answer about Title of one - Artist of one",
        ],
    ),
    "question": (_asked, ["A question about Title of one - Artist of one"]),
}


@pytest.mark.parametrize(
    ("reason", "offered"),
    [("weak_match", ["recording", "file", "mine"]), ("no_preview", ["file", "mine"])],
)
async def test_who_is_asked_for_something_finds_the_button_for_it(
    stage: Stage, code: str, reason: str, offered: list[str]
) -> None:
    chat = FakeChat()
    await unscored(stage, code, reason)
    await deliver(stage, chat)

    (shown,) = (shown for shown in chat.messages.values() if shown.to.external_id == "11")
    assert [button.action for button in shown.card.buttons] == offered


def test_every_kind_that_an_artist_can_get_is_played_below() -> None:
    assert set(SCENES) == {notice.value for notice in FOR_ARTISTS}


@pytest.mark.parametrize("kind", SCENES)
async def test_an_artist_is_told_and_reads_no_score_fit_rank_or_vote(
    stage: Stage, code: str, kind: str
) -> None:
    play, titles = SCENES[kind]
    chat = FakeChat()
    await play(stage, code, chat)
    await deliver(stage, chat)

    assert chat.titles("11") == titles
    for shown in chat.messages.values():
        if shown.to.external_id == "11":
            for card in shown.cards:
                assert _FORBIDDEN.search(words_of(card)) is None
                assert card.image is None


async def test_a_decline_tells_why_and_how_to_send_again(stage: Stage, code: str) -> None:
    chat = FakeChat()
    await decide(stage, code, Answer.DECLINE)
    await deliver(stage, chat)
    (shown,) = (shown for shown in chat.messages.values() if shown.to.external_id == "11")

    assert "another genre than this playlist's" in shown.card.body
    assert [button.action for button in shown.card.buttons] == [
        "mine",
        "resubmit",
        "useful",
        "useful",
    ]


async def test_an_answer_undone_before_it_was_sent_is_never_seen(stage: Stage, code: str) -> None:
    chat = FakeChat()
    await decide(stage, code, Answer.DECLINE)
    await undo(stage, code)
    await deliver(stage, chat)

    assert chat.titles("11") == []


async def test_an_answer_after_an_undo_is_a_message_of_its_own(stage: Stage, code: str) -> None:
    chat = FakeChat()
    await decide(stage, code, Answer.DECLINE)
    await deliver(stage, chat)
    await undo(stage, code)
    await decide(stage, code, Answer.KEEP)
    await deliver(stage, chat)

    assert chat.titles("11") == [
        "Taken back: what we wrote about Title of one - Artist of one",
        "Night Drive keeps Title of one - Artist of one",
    ]


async def test_what_an_artist_was_asked_for_is_taken_back_once_it_is_there(
    stage: Stage, code: str
) -> None:
    chat = FakeChat()
    await unscored(stage, code, "no_preview")
    await deliver(stage, chat)
    await decide(stage, code, Answer.KEEP)
    await deliver(stage, chat)

    assert chat.titles("11")[0] == "Title of one - Artist of one needs nothing more from you"


async def test_who_is_not_reached_reads_it_in_their_list_and_is_called_without_details(
    stage: Stage, code: str
) -> None:
    chat = FakeChat(errors=[RefusedMessageError("Closed.", reason="closed")])
    # The board is due later, so that the error meets the artist.
    await decide(stage, code, Answer.DECLINE)
    await Sender(
        sessions=stage.sessions,
        couriers={Platform.DISCORD: chat},
        compose=compose,
        worker="one",
        now=stage.clock,
    ).deliver_due()
    view = await stage.inside(
        lambda session: status.show_status(
            session, workspace_id=stage.workspace_id, person=ANA, now=stage.clock()
        )
    )
    (called,) = (shown for shown in chat.messages.values() if shown.to.external_id == "6")

    assert [row.undelivered for row in view.rows] == [True]
    assert called.calls == "11"
    assert "Title of one" not in words_of(called.card)
    assert "declined" not in words_of(called.card)


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


async def test_a_row_of_a_submission_that_was_deleted_goes_with_it(stage: Stage, code: str) -> None:
    await decide(stage, code, Answer.KEEP)
    row = await stage.row(code)
    left = await stage.inside(
        lambda session: outbox.backlog(session, workspace_id=stage.workspace_id)
    )

    assert {message.submission_id for message in left if message.kind == Notice.KEPT} == {row.id}
