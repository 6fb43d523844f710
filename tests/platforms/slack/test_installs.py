"""Teams that let the app in by Slack's own page, and throw it out again."""

import html
import logging
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote

import aiohttp
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.errors import RefusedMessageError, SettingsError
from bot.messages import Card
from bot.platforms.slack.courier import SlackCourier
from bot.platforms.slack.installs import Door
from bot.platforms.slack.manifest import EVENTS_PATH, INSTALL_PATH, SCOPES, manifest
from bot.platforms.slack.service import by_http, installable_app
from bot.sandbox.slack.config import AppConfig
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.seen import text_of
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.world import Team
from bot.workflow.delivery import Outgoing
from db import outbox, workspaces
from db.models import Delivery, OutboxMessage, Platform, Secret
from db.recipients import channel
from tests.journeys.discord_house import Worker
from tests.journeys.slack_house import COMMAND, desk_of
from tests.platforms.slack.contract import CONTRACT
from tests.workflow.stage import Stage, open_stage

PUBLIC = "https://earmark.example"
KEY, OTHER_KEY = Fernet.generate_key(), Fernet.generate_key()


@dataclass(slots=True)
class Hall:
    """The app as it stands at `base`, and two teams that have never heard of it."""

    slack: SlackStandIn
    stage: Stage
    courier: SlackCourier
    base: str
    first: Person
    second: Person

    async def page(self, path: str, **more: str) -> tuple[int, str, str]:
        """Look at a page as a browser does: its status, its text, and the cookie that it sets."""
        async with aiohttp.ClientSession() as http, http.get(self.base + path, headers=more) as got:
            return got.status, await got.text(), got.headers.get("Set-Cookie", "").split(";")[0]

    async def before_slack(self) -> tuple[str, str]:
        """Open the page to install; return where its button leads, and the cookie."""
        _, text, cookie = await self.page(INSTALL_PATH)
        button = re.search(r'href="(https://slack\.com[^"]+)"', text)
        assert button is not None
        return html.unescape(button[1]), cookie

    async def install(self, owner: Person) -> int:
        leads_to, cookie = await self.before_slack()
        back = self.slack.allow(owner, leads_to).removeprefix(PUBLIC)
        return (await self.page(back, Cookie=cookie))[0]

    async def desk_id(self, person: Person) -> int:
        async with self.stage.sessions() as session:
            found = await workspaces.of_account(
                session, platform=Platform.SLACK, external_id=person.team.id
            )
        assert found is not None
        return found.id

    async def secrets(self) -> list[bytes]:
        async with self.stage.sessions() as session:
            return list(await session.scalars(select(Secret.ciphertext)))


@asynccontextmanager
async def open_hall(stage: Stage, slack: SlackStandIn, *, key: bytes = KEY) -> AsyncIterator[Hall]:
    desk = desk_of(stage, Worker(stage, stage.services))
    config = slack.config
    door = Door(
        client_id=config.client_id,
        client_secret=config.client_secret,
        signing_secret=config.signing_secret,
        public_url=PUBLIC,
        key=key,
    )
    app, courier = installable_app(desk, door, url=slack.url)
    async with by_http(app, host="127.0.0.1", port=0) as (_, port):
        base = f"http://127.0.0.1:{port}"
        slack.deliver_to(base + EVENTS_PATH)
        yield Hall(
            slack=slack,
            stage=stage,
            courier=courier,
            base=base,
            first=_owner(slack, "T0FIRST"),
            second=_owner(slack, "T0SECOND"),
        )
        await slack.deliveries.settled()


def _owner(slack: SlackStandIn, team_id: str) -> Person:
    name = f"{team_id[2:].title()}owner"
    known = slack.users.get(f"U0{name.upper()}")
    if known is not None:
        return slack.person_of(known, here=slack.channels[f"C0{team_id[2:]}"])
    team = slack.add_team(team_id, team_id.title(), installed=False)
    here = slack.add_channel(f"C0{team_id[2:]}", team=team)
    return slack.person(name, team=team, here=here, admin=True)


@pytest.fixture
async def stage(make_session: async_sessionmaker[AsyncSession]) -> Stage:
    return await open_stage(make_session)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def slack(stage: Stage) -> AsyncIterator[SlackStandIn]:
    config = AppConfig.from_manifest(manifest(url=PUBLIC))
    async with SlackStandIn.start(clock=stage.clock, config=config, contract=CONTRACT) as running:
        yield running
        assert running.violations == []


@pytest.fixture
async def hall(stage: Stage, slack: SlackStandIn) -> AsyncIterator[Hall]:
    async with open_hall(stage, slack) as opened:
        yield opened


async def helped(person: Person) -> bool:
    await person.command(COMMAND, "help")
    return "submit" in text_of(await person.ephemeral("/earmark"))


async def say(hall: Hall, person: Person) -> None:
    card = Card(title="Hello", body="Here we are.")
    message = Outgoing(workspace_id=await hall.desk_id(person), card=card)
    to = channel(Platform.SLACK, f"C0{person.team.id[2:]}")
    await hall.courier.post(to, message, nonce="1.1")


async def test_two_teams_install_it_and_each_has_a_desk_of_its_own(hall: Hall) -> None:
    assert [await hall.install(one) for one in (hall.first, hall.second)] == [200, 200]

    assert await helped(hall.first)
    assert await helped(hall.second)
    assert await hall.desk_id(hall.first) != await hall.desk_id(hall.second)
    for one in (hall.first, hall.second):
        await say(hall, one)
        assert [each.title for each in hall.slack.in_channel(f"C0{one.team.id[2:]}")] == ["Hello"]


async def test_the_page_asks_for_exactly_the_scopes_of_the_manifest(hall: Hall) -> None:
    leads_to, _ = await hall.before_slack()

    await hall.install(hall.first)

    assert hall.first.team.scopes == set(SCOPES)
    assert "user_scope=&" in leads_to


async def test_tokens_are_stored_encrypted_and_another_key_reads_none(
    hall: Hall, stage: Stage, slack: SlackStandIn
) -> None:
    await hall.install(hall.first)
    (kept,) = await hall.secrets()

    assert slack.world.teams["T0FIRST"].token.encode() not in kept
    async with open_hall(stage, slack, key=OTHER_KEY) as other:
        await other.first.command(COMMAND, "help")
        assert "install" in text_of(await other.first.ephemeral("install"))
        # Who installs it once more mends it.
        assert await other.install(other.first) == 200
        assert await helped(other.first)


async def test_a_restart_forgets_no_team(hall: Hall, stage: Stage, slack: SlackStandIn) -> None:
    await hall.install(hall.first)

    async with open_hall(stage, slack) as later:
        assert await helped(later.first)
        await say(later, later.first)


async def test_only_who_was_sent_to_slack_by_us_is_let_in(hall: Hall) -> None:
    leads_to, cookie = await hall.before_slack()
    back = hall.slack.allow(hall.first, leads_to).removeprefix(PUBLIC)
    forged = back.replace("state=", "state=forged")

    assert (await hall.page(back))[0] == 400
    assert (await hall.page(forged, Cookie=cookie))[0] == 400
    named = unquote(forged.partition("state=")[2])
    assert (await hall.page(forged, Cookie=f"slack-app-oauth-state={named}"))[0] == 401
    hall.stage.clock.time += timedelta(minutes=11)
    assert (await hall.page(back, Cookie=cookie))[0] == 401
    assert await hall.secrets() == []


async def test_who_thinks_better_of_it_is_told_so(hall: Hall) -> None:
    status, text, _ = await hall.page("/slack/oauth_redirect?error=access_denied")

    assert status == 200
    assert "access_denied" in text
    assert await hall.secrets() == []


@pytest.mark.parametrize("way", ["uninstall", "revoke"])
async def test_a_team_that_throws_it_out_leaves_no_token_and_keeps_its_desk(
    hall: Hall, way: str
) -> None:
    await hall.install(hall.first)
    await hall.install(hall.second)
    desk_id, team = await hall.desk_id(hall.first), hall.first.team

    _throw_out(hall.slack, team, way)
    await hall.slack.deliveries.settled()
    await until_gone(hall)

    with pytest.raises(RefusedMessageError, match="removed"):
        await say(hall, hall.first)
    assert await helped(hall.second)
    assert await hall.install(hall.first) == 200
    assert await hall.desk_id(hall.first) == desk_id
    assert await helped(hall.first)


async def test_what_waits_for_a_team_that_left_is_not_sent_and_nothing_of_another_is_stopped(
    hall: Hall,
) -> None:
    for one in (hall.first, hall.second):
        await hall.install(one)
        async with hall.stage.sessions.begin() as session:
            await outbox.put(
                session,
                workspace_id=await hall.desk_id(one),
                key="board",
                to=channel(Platform.SLACK, "C0REVIEWS"),
                subject="board",
                kind="board",
                payload={},
                at=hall.stage.clock(),
            )
    hall.slack.uninstall(hall.first.team)
    await hall.slack.deliveries.settled()
    await until_gone(hall)

    async with hall.stage.sessions() as session:
        rows = list(await session.scalars(select(OutboxMessage)))
    assert {row.workspace_id: row.outcome for row in rows} == {
        await hall.desk_id(hall.first): Delivery.REFUSED,
        await hall.desk_id(hall.second): None,
    }


async def test_no_token_and_no_secret_is_logged_even_where_everything_is(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await hall.install(hall.first)
    assert await helped(hall.first)
    await say(hall, hall.first)

    for secret in (hall.first.team.token, hall.slack.config.client_secret):
        assert secret not in caplog.text


async def test_a_team_that_came_back_stays_though_slack_tells_late_that_it_left(
    hall: Hall, stage: Stage, slack: SlackStandIn
) -> None:
    await hall.install(hall.first)
    await hall.install(hall.second)
    slack.uninstall(hall.first.team)
    await slack.deliveries.settled()
    await until_gone(hall)
    stage.clock.time += timedelta(seconds=5)
    await hall.install(hall.first)
    left = slack.deliveries.of("app_uninstalled")[0]
    async with open_hall(stage, slack) as another_process:
        await slack.deliveries.replay(left)
        # Whoever is answered comes after the event.
        assert await helped(another_process.first)

        assert len(await another_process.secrets()) == 2


def _throw_out(slack: SlackStandIn, team: Team, way: str) -> None:
    if way == "uninstall":
        slack.uninstall(team)
    else:
        slack.accounts.revoke(team)


async def until_gone(hall: Hall) -> None:
    """The events are acknowledged first, and worked on afterwards."""
    while len(await hall.secrets()) > 1:
        await hall.slack.deliveries.settled()


async def test_a_proxy_may_ask_whether_it_is_there(hall: Hall) -> None:
    assert (await hall.page("/health"))[:2] == (200, "ok")


def test_a_key_that_is_none_is_refused_before_anybody_installs() -> None:
    with pytest.raises(SettingsError, match="EARMARK_SECRET_KEY"):
        Door(client_id="1", client_secret="2", signing_secret="3", public_url=PUBLIC, key=b"short")  # noqa: S106 - open nothing


async def test_an_address_that_is_taken_is_named(hall: Hall) -> None:
    port = int(hall.base.rpartition(":")[2])
    desk = desk_of(hall.stage, Worker(hall.stage, hall.stage.services))
    door = Door(client_id="1", client_secret="2", signing_secret="3", public_url=PUBLIC, key=KEY)  # noqa: S106 - open nothing
    app, _ = installable_app(desk, door, url=hall.slack.url)

    async with AsyncExitStack() as stack:
        with pytest.raises(SettingsError, match="EARMARK_SLACK_PORT"):
            await stack.enter_async_context(by_http(app, host="127.0.0.1", port=port))
