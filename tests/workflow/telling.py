"""Somebody in Discord, and what they are told: how they send, are answered, and what waits."""

from bot.messages import Card
from bot.workflow import notices, review
from bot.workflow.notice_cards import compose
from bot.workflow.outbox import Sender
from bot.workflow.people import Person
from bot.workflow.process import process
from bot.workflow.submit import Request, submit
from db import (
    curators,
    goes,
    members,
    outbox,
    playlists,
    workspace_settings,
)
from db.models import Answer, OutboxMessage, Platform, Role
from tests.workflow.chats import FakeChat
from tests.workflow.stage import MINUTE, NIGHT, NOW, Stage, link_of

ANA = Person(platform=Platform.DISCORD, external_id="11", name="Ana")
MO = Person(platform=Platform.DISCORD, external_id="12", name="Mo")


async def backlog(stage: Stage) -> list[OutboxMessage]:
    return await stage.inside(
        lambda session: outbox.backlog(session, workspace_id=stage.workspace_id)
    )


async def kinds(stage: Stage) -> list[str]:
    return [row.kind for row in await backlog(stage)]


async def sent(stage: Stage, person: Person = ANA) -> str:
    """Submit a song as somebody who came from Discord, and return the code."""
    accepted = await stage.inside(
        lambda session: submit(
            session,
            workspace_id=stage.workspace_id,
            request=Request(playlist=NIGHT, person=person, text=link_of("one")),
            now=stage.clock(),
            seed=1,
        )
    )
    return accepted.receipt.code


async def appoint(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        playlist = await playlists.by_name(session, workspace_id=stage.workspace_id, name=NIGHT)
        assert playlist is not None
        member = await members.ensure(
            session,
            workspace_id=stage.workspace_id,
            platform=MO.platform,
            external_id=MO.external_id,
            display_name=MO.name,
            now=NOW,
        )
        await curators.add(
            session,
            workspace_id=stage.workspace_id,
            playlist_id=playlist.id,
            member_id=member.id,
            role=Role.CURATOR,
            now=NOW,
        )


async def decide(stage: Stage, code: str, answer: Answer) -> None:
    await stage.inside(
        lambda session: review.decide(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            answer=answer,
            person=MO,
            reasons=("off_genre",) if answer is Answer.DECLINE else (),
            now=stage.clock(),
        )
    )


async def undo(stage: Stage, code: str) -> None:
    await stage.inside(
        lambda session: review.undo(
            session, workspace_id=stage.workspace_id, code=code, person=MO, now=stage.clock()
        )
    )


async def unscored(stage: Stage, code: str, reason: str) -> None:
    submission = await stage.row(code)
    async with stage.sessions.begin() as session:
        await goes.settle(
            session,
            workspace_id=stage.workspace_id,
            submission_id=submission.id,
            number=submission.tries + 1,
            at=NOW,
            unscored_reason=reason,
        )
        await notices.changed(
            session, workspace_id=stage.workspace_id, submission_id=submission.id, at=NOW
        )


async def in_channel(stage: Stage, platform: Platform, channel_id: str) -> None:
    async with stage.sessions.begin() as session:
        await workspace_settings.change_chat(
            session,
            workspace_id=stage.workspace_id,
            platform=platform,
            review_channel=channel_id,
            submit_channel=f"{channel_id}-submit",
        )


async def heard(stage: Stage) -> str:
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
