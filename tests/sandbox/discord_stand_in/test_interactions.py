"""People use a small bot on a stock discord.py, and Discord's rules of answering hold."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import httpx
import pytest

from bot.sandbox.clock import HandClock
from bot.sandbox.discord.forms import labels_in
from bot.sandbox.discord.interactions import Interaction, Kind
from bot.sandbox.discord.people import Person
from bot.sandbox.discord.seen import labels_of
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.refusals import NoAnswerError, RefusedError
from bot.sandbox.upload import Upload
from tests.sandbox.discord_stand_in.conftest import Place, running
from tests.sandbox.discord_stand_in.small_bot import SmallBot

SONG = Upload.named("song.mp3", b"sound")


@pytest.fixture
async def bot(stand_in: DiscordStandIn, place: Place) -> AsyncIterator[SmallBot]:
    async with running(SmallBot(stand_in), stand_in) as bot:
        yield bot
    assert stand_in.violations == []


@pytest.fixture
def ana(stand_in: DiscordStandIn, place: Place, bot: SmallBot) -> Person:
    return stand_in.person_of(place.ana, here=place.channel)


@pytest.fixture
def mo(stand_in: DiscordStandIn, place: Place, bot: SmallBot) -> Person:
    return stand_in.person_of(place.mo, here=place.channel)


async def test_a_command_comes_with_its_options_files_and_people(ana: Person, mo: Person) -> None:
    reply = await ana.command("submit", link="a link", ai="Yes", audio=SONG, friend=mo.user)

    assert reply.text == "a link  Yes b'sound' Mo"
    assert reply.ephemeral
    assert (ana.sees(reply.message), mo.sees(reply.message)) == (True, False)
    assert ana.ephemeral() is reply.message


async def test_autocomplete_offers_what_fits(ana: Person) -> None:
    typed = await ana.command("submit", link="x", playlist="Night Shift")
    offered = await ana.autocomplete("submit", "playlist", "Nig")
    picked = await ana.command("submit", link="x", playlist="Night Shift")

    assert offered == ["Night Drive", "Night Shift"]
    assert ("Night Shift" in typed.text, "p1" in picked.text) == (True, True)


async def test_a_person_is_kept_from_what_discords_client_would_not_send(ana: Person) -> None:
    with pytest.raises(RefusedError, match="needs link"):
        await ana.command("submit")
    with pytest.raises(RefusedError, match="offers only No, Yes"):
        await ana.command("submit", link="x", ai="Perhaps")
    with pytest.raises(RefusedError, match="no option color"):
        await ana.command("submit", link="x", color="red")
    with pytest.raises(RefusedError, match="no command 'nothing'"):
        await ana.command("nothing")


async def test_a_command_for_managers_is_for_managers(ana: Person, mo: Person) -> None:
    with pytest.raises(RefusedError, match="Ana may not use 'setup'"):
        await ana.command("setup")

    assert (await mo.command("setup")).text == "set up"
    assert "setup" in mo.commands()
    assert "setup" not in ana.commands()


async def test_a_deferred_answer_is_filled_in_by_the_first_follow_up(
    stand_in: DiscordStandIn, bot: SmallBot, ana: Person
) -> None:
    thinking = await ana.command("slow", settle=False)
    shown = thinking.message
    loading = shown.loading
    bot.go_on.set()
    await stand_in.changes.until(lambda: stand_in.world.deleted, what="the end")

    assert (loading, thinking.deferred, thinking.ephemeral) == (True, True, True)
    assert [each.content for each in stand_in.world.deleted] == ["first"]
    assert [each.content for each in ana.read()] == ["second"]
    assert shown.edited is None


async def test_the_first_answer_must_come_within_three_seconds(
    stand_in: DiscordStandIn, bot: SmallBot, ana: Person, clock: HandClock
) -> None:
    ana.patience_s = 0.01
    with pytest.raises(NoAnswerError):
        await ana.command("late")
    clock.forward(3.1)
    bot.go_on.set()

    assert (await bot.failed.get()).code == 10062
    assert [each.code for each in stand_in.refusals] == [10062]
    assert len(stand_in.interactions.unanswered()) == 1


async def test_follow_ups_end_after_fifteen_minutes(
    bot: SmallBot, ana: Person, clock: HandClock
) -> None:
    await ana.command("slow", settle=False)
    clock.forward(15 * 60 + 1)
    bot.go_on.set()

    assert (await bot.failed.get()).code == 50027


async def test_a_click_changes_the_message_for_all_who_see_it(ana: Person, mo: Person) -> None:
    card = await ana.command("card")
    kept = await mo.click(card, label="Keep")

    assert kept.message is card.message
    assert (card.text, labels_of(card.message)) == ("kept", [])
    assert [each.content for each in ana.read()] == ["kept"]


async def test_a_click_can_be_answered_later(ana: Person) -> None:
    card = await ana.command("card")
    later = await ana.click(card, label="Later")

    assert (later.deferred, later.text.splitlines()[0]) == (True, "later")
    assert labels_of(card.message) == ["Keep", "Later", "Form"]
    with pytest.raises(RefusedError, match="does nothing"):
        await ana.click(card, label="Off")
    with pytest.raises(RefusedError, match="sees no button 'Burn'"):
        await ana.click(card, label="Burn")


async def test_what_is_gone_cannot_be_changed_any_more(
    stand_in: DiscordStandIn, place: Place, bot: SmallBot, ana: Person, mo: Person
) -> None:
    card = await ana.command("card")
    interaction = stand_in.interactions.open(
        Kind.COMPONENT,
        {"custom_id": "none", "component_type": 2, "id": 2},
        user=place.ana,
        channel=place.channel,
        message=card.message,
    )
    mo.delete(card.message)
    codes = [await _answer(bot, interaction, {"type": 7, "data": {"content": "x"}})]
    stand_in.delete_channel(place.channel)
    codes.append(await _answer(bot, interaction, {"type": 6}))

    assert codes == [10008, 10003]


@pytest.mark.parametrize("answer", [{"type": 8, "data": {"choices": []}}, {"type": 7, "data": {}}])
async def test_an_answer_must_fit_what_was_done(
    stand_in: DiscordStandIn, place: Place, http: httpx.AsyncClient, answer: dict[str, Any]
) -> None:
    interaction = stand_in.interactions.open(
        Kind.COMMAND,
        {"id": "1", "name": "submit", "type": 1},
        user=place.ana,
        channel=place.channel,
    )
    url = f"{stand_in.api_url}/interactions/{interaction.id}/{interaction.token}/callback"
    refused = await http.post(url, json=answer)
    first = await http.post(url, json={"type": 4, "data": {"content": "x"}})
    second = await http.post(url, json={"type": 4, "data": {"content": "x"}})

    assert refused.json()["code"] == 50035
    assert [each.request for each in stand_in.violations] == [
        "POST /interactions/{interaction_id}/{interaction_token}/callback"
    ]
    assert first.status_code == 204
    assert (second.status_code, second.json()["code"]) == (400, 40060)


async def test_a_token_is_no_webhook_before_the_first_answer(
    stand_in: DiscordStandIn, place: Place, http: httpx.AsyncClient
) -> None:
    interaction = stand_in.interactions.open(
        Kind.COMMAND,
        {"id": "1", "name": "submit", "type": 1},
        user=place.ana,
        channel=place.channel,
    )
    base = f"{stand_in.api_url}/webhooks/{stand_in.world.app.id}"
    early = await http.post(f"{base}/{interaction.token}", json={"content": "x"})
    unknown = await http.get(f"{base}/none/messages/@original")

    assert [each.json()["code"] for each in (early, unknown)] == [10015, 10015]


async def _answer(bot: SmallBot, interaction: Interaction, answer: dict[str, Any]) -> int:
    """Send a first answer as the bot would, and return the code of the refusal."""
    route = discord.http.Route(
        "POST",
        "/interactions/{webhook_id}/{webhook_token}/callback",
        webhook_id=interaction.id,
        webhook_token=interaction.token,
    )
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.request(route, json=answer)
    return refused.value.code


async def test_selects_go_by_labels_and_by_people(ana: Person, mo: Person) -> None:
    card = await ana.command("card")
    order = await ana.select(card, "Oldest first", placeholder="Order")
    who = await ana.select(card, mo.user, placeholder="Who")

    assert (order.text, who.text) == ("oldest", "['Mo']")
    with pytest.raises(RefusedError, match="does not offer"):
        await ana.select(card, "Newest first", placeholder="Order")


async def test_a_modal_is_filled_in_by_its_labels(ana: Person, mo: Person) -> None:
    form = await ana.click(await ana.command("card"), label="Form")
    answers = {"Link": "x", "Playlist": "Morning", "AI": "No", "Ticks": "I own this", "File": SONG}
    sent = await ana.modal(form, answers)
    again = await ana.click(await ana.command("card"), label="Form")
    bare = await ana.modal(again, {"Link": "y", "Playlist": "Morning", "AI": "No"})

    assert labels_in(form.modal) == list(answers)
    assert sent.text == "x ['morning'] No ['own'] [b'sound']"
    assert bare.text == "y ['morning'] No [] []"
    with pytest.raises(RefusedError, match="'Link' must be filled in"):
        await ana.modal(form, {"Playlist": "Morning", "AI": "No"})
    with pytest.raises(RefusedError, match="'AI' takes"):
        await ana.modal(form, {"Link": "x", "Playlist": "Morning"})
    with pytest.raises(RefusedError, match="somebody else"):
        await mo.modal(form, answers)


async def test_the_menu_of_a_message_shows_its_text_without_the_intent(
    ana: Person, mo: Person
) -> None:
    track = mo.say("https://open.spotify.com/track/x")

    assert (await ana.message_menu("Submit this track", track)).text == f"read {track.content}"


async def test_nobody_clicks_what_another_one_sees_alone(ana: Person, mo: Person) -> None:
    alone = await ana.command("submit", link="x")
    with pytest.raises(RefusedError, match="does not see"):
        await mo.click(alone, label="Keep")


async def test_what_changed_at_a_sync_can_be_read(stand_in: DiscordStandIn, bot: SmallBot) -> None:
    await bot.tree.sync()
    bot.tree.remove_command("late")
    await bot.tree.sync()
    first, second, third = stand_in.commands.registrations

    assert "submit" in first.created
    assert (second.created, second.changed, second.deleted) == ((), (), ())
    assert third.deleted == ("late",)
