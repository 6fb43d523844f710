"""What an artist and two curators do on Discord, from the set-up to the last goodbye.

Each act ends with what must be true afterwards. The story is played as it is, with faults, and with
a restart of the bot before every click.
"""

import asyncio
import re
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.sandbox.discord.people import Person, Reply
from bot.sandbox.discord.seen import labels_of, text_of
from bot.sandbox.discord.world import Message
from bot.sandbox.upload import Upload
from db.models import Base, Decision, Event, EventKind, Status, Submission
from tests.journeys.discord_house import House
from tests.journeys.seeding import hear_seeds
from tests.sources.clips import WAV
from tests.workflow.stage import link_of

NIGHT = "Night Drive"
NASTY = "@everyone <@&1> [x](y) *z*"
_CODE = re.compile(r"T-[0-9A-Z]{4,}")
_AI, _OWNS = "Was it made with AI tools?", "I own or represent this track"
_DECLINE = "Why? Choose one to three."


@dataclass(slots=True)
class Cast:
    """The house, and who is in the story."""

    house: House
    ana: Person
    mo: Person
    kim: Person

    async def count(self, table: type[Base], *where: object) -> int:
        async with self.house.stage.sessions() as session:
            query = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type]
            return await session.scalar(query) or 0

    async def status_of(self, code: str) -> Status | None:
        async with self.house.stage.sessions() as session:
            return await session.scalar(select(Submission.status).where(Submission.code == code))


def code_in(shown: Reply | Message) -> str:
    """Return the first submission's code that somebody reads there."""
    found = _CODE.search(text_of(shown) if isinstance(shown, Message) else shown.text)
    assert found is not None
    return found[0]


async def play(house: House) -> None:
    cast = Cast(
        house=house,
        ana=house.person("Ana"),
        mo=house.person("Mo", curates=True),
        kim=house.person("Kim", curates=True),
    )
    await set_up(cast)
    by_form, by_link = await submit(cast)
    await look(cast, by_form)
    await review(cast, by_form)
    await talk(cast, by_link)
    again = await decline_and_send_again(cast, by_link)
    await two_at_once(cast, again)
    await see_the_week(cast)
    await say_goodbye(cast)


async def set_up(cast: Cast) -> None:
    """The owner chooses channel and role, tries a post, and adds a playlist without limits."""
    house, boss = cast.house, cast.house.boss
    wizard = await house.command(boss, "setup", zone="Europe/Berlin")
    pick = "Review channel: cards, board and digest"
    wizard = await house.select(boss, wizard, house.reviews, placeholder=pick)
    pick = "Role that reviews every playlist"
    wizard = await house.select(boss, wizard, house.curators, placeholder=pick)
    wizard = await house.click(boss, wizard, "Test post")
    assert "The test post is in the review channel" in wizard.text
    form = await house.click(boss, wizard, "Add a playlist…")
    held = {"Tracks that it holds already": house.stage.song("held")}
    rules = await house.fill(boss, form, {"Name": NIGHT} | held)
    assert "1 track added" in rules.text
    await see_the_seeds(cast, rules)
    form = await house.select(boss, rules, "waiting_per_artist: 1", "per_member_7d: 2")
    rules = await house.fill(boss, form, {"waiting_per_artist": "none", "per_member_7d": "none"})

    assert "waiting_per_artist: none" in rules.text.replace("\\", "")
    tests = [one for one in house.boss.read(house.reviews) if "This is a test" in text_of(one)]
    assert len(tests) == 1


async def see_the_seeds(cast: Cast, rules: Reply) -> None:
    """What the playlist holds is heard, one more is pasted, one taken out, none queued again."""
    house, boss = cast.house, cast.house.boss
    seeds = await house.command(boss, "playlist", action="seeds", playlist=NIGHT)
    assert "1 still to be heard" in seeds.text
    await hear_seeds(house.stage)
    seeds = await house.click(boss, seeds, "Look again")
    assert "1 heard" in seeds.text
    assert "Title of held - Artist of held" in seeds.text
    form = await house.click(boss, seeds, "Add tracks…")
    pasted = {"Tracks that it holds already": f"{link_of('held')} {link_of('gone')}"}
    seeds = await house.fill(boss, form, pasted)
    form = await house.click(boss, seeds, "Take tracks out…")
    seeds = await house.fill(boss, form, {"Links of the tracks to take out": link_of("gone")})
    assert "1 track taken out" in seeds.text
    assert "All rules" in labels_of(seeds.message)
    assert "1 of 1 seed track heard" in (await house.command(boss, "setup")).text
    twice = await house.command(
        cast.ana, "submit", link=link_of("held"), playlist=NIGHT, ai="No", ownership=True
    )
    assert "has that track already" in twice.text
    assert "Seed tracks" in labels_of(rules.message)


async def submit(cast: Cast) -> tuple[str, str]:
    """By form, by link, by file and by a message's menu: four submissions, each once."""
    house, ana = cast.house, cast.ana
    checked = await house.command(ana, "check", link=house.stage.song("wind"))
    assert "Would take it" in checked.text
    form = await house.command(ana, "submit")
    said = {"Spotify link of one track": house.stage.song("wind"), _AI: "No", _OWNS: True}
    by_form = await house.fill(ana, form, said | {"Note for the curators": NASTY})
    by_link = await house.command(
        ana,
        "submit",
        link=house.stage.song("rain"),
        playlist=NIGHT,
        ai="Partly",
        ownership=True,
    )
    file = Upload.named("Ana Lund - Fog.wav", WAV)
    by_file = await house.command(ana, "submit", audio=file, ai="No", ownership=True)
    spoken = house.boss.say(f"listen to <{house.stage.song('snow')}>!")
    await house.before()
    form = await ana.message_menu("Submit this track", spoken)
    by_menu = await house.fill(ana, form, {_AI: "No", _OWNS: True})
    await house.settle()

    codes = [code_in(one) for one in (by_form, by_link, by_file, by_menu)]
    assert len(set(codes)) == 4
    assert all("Queued as" in one.text for one in (by_form, by_link, by_file, by_menu))
    assert await cast.count(Submission) == 4
    return codes[0], codes[1]


async def look(cast: Cast, code: str) -> None:
    """The artist finds it again, and a second try of the same track is refused with its code."""
    house, ana = cast.house, cast.ana
    mine = await house.command(ana, "mysubs")
    assert mine.text.count("waiting for a curator") == 4
    opened = await house.click(ana, mine, "Open", nth=3)
    assert code in opened.text
    facts = await house.click(ana, opened, "Facts about the sound")
    assert "Facts, not a verdict" in facts.text
    twice = await house.command(
        ana, "submit", link=house.stage.song("wind"), playlist=NIGHT, ai="No", ownership=True
    )
    assert code in twice.text
    assert "Back to the form" in labels_of(twice.message)
    assert await cast.count(Submission) == 4


async def review(cast: Cast, code: str) -> None:
    """Mo opens the queue, claims, keeps, takes it back, and calls it a maybe."""
    house, mo, kim = cast.house, cast.mo, cast.kim
    queue = await house.command(mo, "queue", playlist=NIGHT)
    assert "4 waiting" in queue.text
    queue = await house.select(mo, queue, "Oldest first")
    card = await house.click(mo, queue, "Open")
    assert code in card.text
    assert "@everyone" not in card.text
    card = await house.click(mo, card, "Claim")
    assert "Mo has" in card.text
    others = await house.command(kim, "queue", playlist=NIGHT, view="oldest")
    taken = await house.click(kim, await house.click(kim, others, "Open"), "Claim")
    assert "Mo has" in taken.text
    told = await house.click(mo, card, "Keep")
    assert "Kept" in told.text
    assert await cast.status_of(code) is Status.KEPT
    told = await house.click(mo, told, "Undo")
    assert "Taken back" in told.text
    card = await house.click(mo, told, "Show the card")
    told = await house.click(mo, card, "Maybe")

    assert await cast.status_of(code) is Status.MAYBE
    moved = (EventKind.MOVED, EventKind.UNDONE)
    # Queued, kept, taken back, maybe.
    assert await cast.count(Event, Event.kind.in_(moved), _of(code)) == 4


async def talk(cast: Cast, code: str) -> None:
    """A note, a question with its answer, a thread, and a few days of peace."""
    house, mo, ana = cast.house, cast.mo, cast.ana
    history = await house.command(mo, "track", id=code)
    card = await house.click(mo, history, "Show the card")
    thread = await house.click(mo, card, "Thread")
    assert "<#" in thread.text
    same = await house.click(mo, card, "Thread")
    assert same.text == thread.text
    more = await house.click(mo, card, "More")
    form = await house.click(mo, more, "Note…")
    noted = await house.fill(mo, form, {"Note for the curators": "Listen to the end."})
    assert "Listen to the end." in noted.text
    form = await house.click(mo, card, "Ask artist…")
    asked = await house.fill(mo, form, {"Question for the artist": "Is there an edit?"})
    assert "Is there an edit?" in asked.text
    await house.settle()
    (question,) = [one for one in ana.direct() if "Is there an edit?" in text_of(one)]
    form = await house.click(ana, question, "Answer…")
    answered = await house.fill(ana, form, {"Your answer": "Yes, of three minutes."})
    assert code in answered.text
    card = await house.click(mo, await house.command(mo, "track", id=code), "Show the card")
    assert "Yes, of three minutes." in card.text
    choice = await house.click(mo, card, "Snooze")
    set_aside = await house.select(mo, choice, "three days")

    assert "set" in set_aside.text
    assert await cast.count(Event, Event.kind == EventKind.SNOOZED, _of(code)) == 1
    posted = [one for one in mo.read(house.reviews) if one.ephemeral_to is None]
    cards = [one for one in posted if "Claim" in labels_of(one)]
    assert [one.thread_id for one in cards] == [cards[0].id]


async def decline_and_send_again(cast: Cast, code: str) -> str:
    """Kim declines with two reasons; Ana reads why, once, and sends the next mix from there."""
    house, kim, ana = cast.house, cast.kim, cast.ana
    history = await house.command(kim, "track", id=code)
    card = await house.click(kim, history, "Show the card")
    form = await house.click(kim, card, "Decline…")
    why = ["the mix is muddy or out of balance", "the intro is too long for this playlist"]
    said = {
        _DECLINE: why,
        "Note for the artist": "The bass hides the voice.",
        "What is welcome next?": "A new mix of this one",
    }
    told = await house.fill(kim, form, said)
    assert "Declined" in told.text
    await house.settle()
    letters = [one for one in ana.direct() if "The bass hides the voice." in text_of(one)]
    assert len(letters) == 1
    assert all(reason in text_of(letters[0]) for reason in why)
    thanked = await house.click(ana, letters[0], "This was useful")
    assert "The curators see it" in thanked.text
    told = await house.command(kim, "track", id=code)
    assert "the artist found this useful" in told.text
    form = await house.click(ana, letters[0], "Send again…")
    new_mix = house.stage.song("rain2")
    again = await house.fill(
        ana, form, {"Spotify link of one track": new_mix, _AI: "No", _OWNS: True}
    )
    await house.settle()

    newer = code_in(again)
    assert await cast.status_of(code) is Status.DECLINED
    assert await cast.status_of(newer) is Status.QUEUED
    assert await cast.count(Submission, Submission.replaces_id.is_not(None)) == 1
    assert await cast.count(Decision, _of(code, Decision)) == 1
    return newer


async def two_at_once(cast: Cast, code: str) -> None:
    """Two curators keep at the same moment: one of them does, the other is told who."""
    house, mo, kim = cast.house, cast.mo, cast.kim
    cards = [
        await house.click(who, await house.command(who, "track", id=code), "Show the card")
        for who in (mo, kim)
    ]
    await house.before()
    first, second = await asyncio.gather(
        *(house.press(who, card, "Keep") for who, card in zip((mo, kim), cards, strict=True))
    )
    await house.settle()

    told = sorted((first.text, second.text), key=lambda text: "already kept by" in text)
    assert "Kept" in told[0]
    assert "already kept by" in told[1]
    assert await cast.count(Decision, _of(code, Decision)) == 1
    letters = [one for one in cast.ana.direct() if f"{NIGHT} keeps" in text_of(one)]
    assert len(letters) == 1


async def see_the_week(cast: Cast) -> None:
    """The week is shown to a curator alone, with its chart."""
    week = await cast.house.command(cast.mo, "digest", action="preview", playlist=NIGHT)

    assert week.ephemeral
    assert week.message.attachments
    assert "1 kept" in week.text
    board = cast.mo.pinned(cast.house.reviews)
    assert len(board) == 1
    assert NIGHT in text_of(board[0])


async def say_goodbye(cast: Cast) -> None:
    """Ana gets her data as a file, and then is forgotten."""
    house, ana = cast.house, cast.ana
    copy = await house.command(ana, "privacy", action="export")
    (file,) = copy.message.attachments
    assert b"submissions" in file.content
    asked = await house.command(ana, "privacy", action="delete")
    gone = await house.click(ana, asked, "Yes, forget me")
    assert "You are forgotten" in gone.text
    mine = await house.command(ana, "mysubs")

    assert "nothing here yet" in mine.text
    left = await cast.count(Submission, Submission.status.in_([Status.QUEUED, Status.MAYBE]))
    assert left == 0


def _of(code: str, table: type[Event] | type[Decision] = Event) -> object:
    wanted = select(Submission.id).where(Submission.code == code).scalar_subquery()
    return table.submission_id == wanted
