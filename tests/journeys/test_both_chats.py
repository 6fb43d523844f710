"""One queue in a Discord server and a Slack team: either side acts, and both show it."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.platforms.discord.courier import DiscordCourier
from bot.sandbox.discord import seen as discord_seen
from bot.sandbox.discord.people import Person as DiscordPerson
from bot.sandbox.discord.world import Message
from bot.sandbox.slack.people import Person as SlackPerson
from bot.sandbox.slack.seen import labels_of, text_of
from bot.sandbox.slack.world import SlackMessage
from db.models import Event, EventKind, Identity, Platform, Status, Submission
from tests.journeys.discord_house import House, open_house
from tests.journeys.slack_house import SlackHouse, slack_house
from tests.journeys.slack_story import LINK, NIGHT, SENT, code_in

_CODE = re.compile(r"\b[0-9A-Z]{8}\b")
_REVIEW = "Review channel: cards, board and digest"
_WHY = "Why? Choose one to three."


@dataclass(slots=True, kw_only=True)
class Both:
    """A server and a team; Mo has an account in each."""

    server: House
    team: SlackHouse
    ana: SlackPerson
    mo: DiscordPerson
    mo_too: SlackPerson

    async def settle(self) -> None:
        await self.team.settle({Platform.DISCORD: DiscordCourier(self.server.bot())})

    def on_discord(self, text: str) -> Message:
        """Return the newest message in the server's review channel with this text in it."""
        every = self.server.boss.read(self.server.reviews)
        found = [one for one in every if text in discord_seen.text_of(one)]
        return found[-1]

    def on_slack(self, text: str) -> SlackMessage:
        every = self.mo_too.read(self.team.reviews)
        found = [one for one in every if text in text_of(one) and one.ephemeral_to is None]
        return found[-1]


async def test_what_one_side_does_the_other_shows(maker: async_sessionmaker[AsyncSession]) -> None:
    async with (
        open_house(maker) as server,
        slack_house(server.stage, server.desk, server.worker) as team,
    ):
        both = Both(
            server=server,
            team=team,
            ana=team.person("Ana"),
            mo=server.person("Mo", curates=True),
            mo_too=team.person("Mo", curates=True),
        )
        await set_up_and_link(both)
        await be_one_person(both)
        code = await submit_on_slack(both)
        await post_a_card_on_each_side(both, code)
        await claim_on_discord(both, code)
        await decline_on_slack(both, code)
        await undo_on_discord(both, code)
        await assert_one_history(both, code)

        assert [str(one) for one in server.discord.violations] == []
        assert team.slack.violations == []


async def set_up_and_link(both: Both) -> None:
    """Each side chooses its channel; the team joins the server's desk by a code."""
    server, team = both.server, both.team
    wizard = await server.command(server.boss, "setup")
    wizard = await server.select(server.boss, wizard, server.reviews, placeholder=_REVIEW)
    pick = "Role that reviews every playlist"
    wizard = await server.select(server.boss, wizard, server.curators, placeholder=pick)
    form = await server.click(server.boss, wizard, "Add a playlist…")
    await server.fill(server.boss, form, {"Name": NIGHT})
    wizard = await server.command(server.boss, "setup")
    told = await server.click(server.boss, wizard, "Join another place")
    found = _CODE.search(told.text)
    assert found is not None

    await team.command(both.ana, f"setup link {found[0]}", says="Only who manages")
    shown = await team.command(team.boss, "setup", says="Setting up Earmark")
    shown = await team.choose(team.boss, shown, team.reviews, of=_REVIEW, says="Kept.")
    pick = "User group that reviews every playlist"
    await team.choose(team.boss, shown, "Curators", of=pick, says="Kept.")
    await team.command(team.boss, f"setup link {found[0]}", says="one queue, seen from both")
    again = await team.command(team.boss, f"setup link {found[0]}", says="That code is not good")
    assert again.ephemeral_to == team.boss.id


async def be_one_person(both: Both) -> None:
    """Mo joins both accounts, and is one member from then on."""
    made = await both.server.command(both.mo, "privacy", action="join-accounts")
    found = _CODE.search(made.text)
    assert found is not None
    await both.team.command(
        both.mo_too, f"privacy join-accounts {found[0]}", says="Mo is one person"
    )

    async with both.server.stage.sessions() as session:
        mine = Identity.external_id.in_([str(both.mo.id), both.mo_too.id])
        members = list(await session.scalars(select(Identity.member_id).where(mine)))
        assert len(members) == 2
        assert len(set(members)) == 1


async def submit_on_slack(both: Both) -> str:
    team = both.team
    await team.opens(both.ana, f"submit {team.stage.song('wind')}", says=LINK)
    receipt = await team.fill(both.ana, SENT, says="Queued as")
    await both.ana.close_view()
    await both.settle()
    code = code_in(receipt)

    assert code in discord_seen.text_of(both.on_discord("1 waiting"))
    assert code in text_of(both.on_slack("1 waiting"))
    return code


async def post_a_card_on_each_side(both: Both, code: str) -> None:
    server, team = both.server, both.team
    history = await server.command(both.mo, "track", id=code)
    card = await server.click(both.mo, history, "Show the card")
    await server.click(both.mo, card, "Thread")
    opened = await team.opens(both.mo_too, f"track {code}", says="Show the card")
    shown = await team.click(both.mo_too, opened, "Show the card", says="Listen on Spotify")
    await team.click(both.mo_too, shown, "Thread", says=f"Talk about {code}")
    await both.mo_too.close_view(everything=True)
    await both.settle()

    assert "Claim" in discord_seen.labels_of(both.on_discord("answer promised by"))
    assert "Claim" in labels_of(both.on_slack("answer promised by"))


async def claim_on_discord(both: Both, code: str) -> None:
    card = both.on_discord("answer promised by")
    told = await both.server.click(both.mo, card, "Claim")
    assert "Mo has" in told.text
    await both.settle()

    assert "claimed by Mo" in discord_seen.text_of(both.on_discord("answer promised by"))
    assert "claimed by Mo" in text_of(both.on_slack("answer promised by"))


async def decline_on_slack(both: Both, code: str) -> None:
    """Mo declines with the other account what was claimed with the first one."""
    team = both.team
    await team.click(both.mo_too, both.on_slack("answer promised by"), "Decline…", says=_WHY)
    why = "the mix is muddy or out of balance"
    await team.fill(both.mo_too, {_WHY: [why]}, says="Declined")
    await both.mo_too.close_view()
    await both.settle()

    assert why in text_of(await both.ana.direct(NIGHT))
    assert discord_seen.labels_of(both.on_discord("answer promised by")) == []
    assert labels_of(both.on_slack("answer promised by")) == []
    assert "0 waiting" in discord_seen.text_of(both.on_discord("Queues at a glance"))
    assert "0 waiting" in text_of(both.on_slack("Queues at a glance"))


async def undo_on_discord(both: Both, code: str) -> None:
    told = await both.server.command(both.mo, "undo")
    assert "Taken back" in told.text
    await both.settle()

    assert "Claim" in discord_seen.labels_of(both.on_discord("answer promised by"))
    assert "Claim" in labels_of(both.on_slack("answer promised by"))
    direct = both.team.slack.world.direct(both.ana.team, both.ana.id)
    letters = [text_of(one) for one in both.ana.read(direct)]
    assert not any("muddy" in one for one in letters)
    assert code in code_in(await both.ana.direct("Status"))


async def assert_one_history(both: Both, code: str) -> None:
    async with both.server.stage.sessions() as session:
        submission = await session.scalar(select(Submission).where(Submission.code == code))
        assert submission is not None
        kinds = list(
            await session.scalars(
                select(Event.kind).where(Event.submission_id == submission.id).order_by(Event.id)
            )
        )

    assert submission.status is Status.QUEUED
    told = [kind for kind in kinds if kind in {EventKind.CLAIMED, EventKind.UNDONE}]
    assert told == [EventKind.CLAIMED, EventKind.UNDONE]
    history = await both.server.command(both.mo, "track", id=code)
    same = await both.team.opens(both.mo_too, f"track {code}", says="Show the card")
    for word in ("claimed", "declined", "taken back"):
        assert word in history.text
        assert word in text_of(same)
