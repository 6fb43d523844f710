"""On Discord an answer stands where the pressed message was: none of them is a dead end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.calls import Service
from bot.sandbox.discord.people import Person, Reply
from bot.sandbox.discord.seen import labels_of
from bot.sandbox.faults import Fault, FaultKind
from bot.seed_texts import SEEDS_ADD_BUTTON, SEEDS_LABEL
from bot.workflow.services import Sessions
from db.engine import create_engine, sessions
from tests.journeys.discord_house import House, open_house
from tests.journeys.discord_story import NIGHT, code_in
from tests.workflow.stage import link_of

# What discord.py calls the task in which a command is answered.
_ANSWERING = "CommandTree-invoker"


@pytest.fixture
async def maker(sqlite_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(sqlite_url)
    yield sessions(engine)
    await engine.dispose()


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    async with open_house(maker) as opened:
        wizard = await opened.command(opened.boss, "setup")
        pick = "Role that reviews every playlist"
        await opened.select(opened.boss, wizard, opened.curators, placeholder=pick)
        form = await opened.command(opened.boss, "playlist", action="add", playlist=NIGHT)
        await opened.fill(opened.boss, form, {})
        yield opened


async def card_of_one(house: House, mo: Person) -> Reply:
    link = house.stage.song("wind")
    await house.command(house.person("Ana"), "submit", link=link, ai="No", ownership=True)
    await house.settle()
    return await house.command(mo, "next")


async def test_a_refusal_on_the_card_leads_back_to_it(house: House) -> None:
    mo, kim = house.person("Mo", curates=True), house.person("Kim", curates=True)
    cards = [await card_of_one(house, mo), await house.command(kim, "next")]
    await house.click(mo, cards[0], "Claim")

    taken = await house.click(kim, cards[1], "Claim")

    assert taken.text.startswith("Mo has")
    assert "since a moment ago" in taken.text
    again = await house.click(kim, taken, "Show the card")
    assert {"Keep", "Claim"} <= set(labels_of(again.message))


async def test_who_thinks_better_of_a_snooze_gets_the_card_back(house: House) -> None:
    mo = house.person("Mo", curates=True)
    choice = await house.click(mo, await card_of_one(house, mo), "Snooze")

    card = await house.click(mo, choice, "Show the card")

    assert "Snooze" in labels_of(card.message)


async def test_a_test_post_without_a_channel_leads_back_to_the_set_up(house: House) -> None:
    wizard = await house.command(house.boss, "setup")
    told = await house.click(house.boss, wizard, "Test post")
    assert "Choose a review channel first." in told.text

    again = await house.click(house.boss, told, "Back to the set-up")

    assert "Setting up Earmark" in again.text


async def test_a_rule_that_is_no_number_leads_back_to_the_rules(house: House) -> None:
    rules = await house.command(house.boss, "playlist", action="edit", playlist=NIGHT)
    form = await house.select(house.boss, rules, "votes_needed: 1")
    told = await house.fill(house.boss, form, {"votes_needed": "many"})
    assert "not 'many'" in told.text

    again = await house.click(house.boss, told, "Back to the rules")

    assert "Change up to five rules" in again.text


async def test_what_is_no_list_of_tracks_leads_back_to_the_seeds(house: House) -> None:
    rules = await house.command(house.boss, "playlist", action="edit", playlist=NIGHT)
    seeds = await house.click(house.boss, rules, "Seed tracks")
    form = await house.click(house.boss, seeds, SEEDS_ADD_BUTTON)
    told = await house.fill(house.boss, form, {SEEDS_LABEL: "no link at all"})

    again = await house.click(house.boss, told, "Back to the seed tracks")

    assert again.text == seeds.text


async def test_a_name_that_is_taken_leads_back_to_the_form(house: House) -> None:
    form = await house.command(house.boss, "playlist", action="add", playlist=NIGHT)
    links = [link_of(f"seed{number}x") for number in range(50)]
    days = "Days until artists get an answer"
    told = await house.fill(house.boss, form, {SEEDS_LABEL: "\n".join(links), days: "7"})

    again = await house.click(house.boss, told, "Back to the form")

    assert "There is a playlist called Night Drive already" in told.text
    added = await house.fill(house.boss, again, {"Name": "Dawn"})
    assert "50 tracks added" in added.text
    assert "answer_days: 7" in added.text
    assert house.discord.violations == []


async def test_a_wrong_rule_of_a_new_playlist_loses_nothing_else(house: House) -> None:
    form = await house.command(house.boss, "playlist", action="add", playlist="Dawn")
    said = {"Days until artists get an answer": "two", SEEDS_LABEL: house.stage.song("wind")}

    told = await house.fill(house.boss, form, said)

    assert "Dawn" in told.text
    assert "not 'two'" in told.text
    assert "answer_days: 14" in told.text
    assert "1 track added" in told.text


async def test_a_wrong_rule_beside_others_is_told_and_the_others_are_kept(house: House) -> None:
    rules = await house.command(house.boss, "playlist", action="edit", playlist=NIGHT)
    form = await house.select(house.boss, rules, "answer_days: 14", "genres: none")

    told = await house.fill(house.boss, form, {"answer_days": "soon", "genres": "house, techno"})

    assert "not 'soon'" in told.text
    assert "genres: house, techno" in told.text
    assert "answer_days: 14" in told.text


async def test_an_artist_who_is_too_late_sees_why(house: House) -> None:
    ana, mo = house.person("Ana"), house.person("Mo", curates=True)
    link = house.stage.song("wind")
    receipt = await house.command(ana, "submit", link=link, ai="No", ownership=True)
    await house.settle()
    form = await house.click(mo, await house.command(mo, "next"), "Decline…")
    why = {"Why? Choose one to three.": ["the mix is muddy or out of balance"]}
    await house.fill(mo, form, why)

    told = await house.click(ana, receipt, "Withdraw")
    shown = await house.click(ana, told, "Show the submission")

    assert "the mix is muddy or out of balance" in shown.text
    assert code_in(shown) == code_in(receipt)


async def test_when_nothing_is_left_to_review_the_queue_is_one_press_away(house: House) -> None:
    end = await house.command(house.person("Mo", curates=True), "next")

    shown = await house.click(house.boss, await house.command(house.boss, "next"), "Show the queue")

    assert "Show the queue" in labels_of(end.message)
    assert f"{NIGHT} · 0 waiting" in shown.text


async def test_a_list_without_rows_says_which_ones_are_missing(house: House) -> None:
    ana = house.person("Ana")
    assert "Send a track with /submit" in (await house.command(ana, "mysubs")).text
    link = house.stage.song("wind")
    await house.command(ana, "submit", link=link, ai="No", ownership=True)

    answered = await house.command(ana, "mysubs", state="answered")

    assert "None of your submissions is answered yet." in answered.text


async def test_an_answer_that_is_sent_again_never_covers_what_was_pressed_on_since(
    house: House,
) -> None:
    mo = house.person("Mo", curates=True)
    code = code_in(await card_of_one(house, mo))
    # Shown, but the bot never hears of it, and will try once more after a while.
    lost = Fault(
        service=Service.DISCORD,
        kind=FaultKind.DROP_AFTER,
        path="/api/v10/webhooks",
        method="PATCH",
        times=1,
    )
    house.discord.set_fault(lost)
    history = await house.command(mo, "track", id=code)
    card = await house.click(mo, history, "Show the card")
    assert "Keep" in labels_of(card.message)

    await asyncio.gather(*(one for one in asyncio.all_tasks() if one.get_name() == _ANSWERING))

    assert "Keep" in labels_of(card.message)
