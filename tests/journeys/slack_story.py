"""What an artist and two curators do on Slack, from the set-up to the last goodbye.

Each act ends with what must be true afterwards. The story is played as it is, with faults, and with
a restart of the app before every press.
"""

import asyncio
import re
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.sandbox.slack.people import Person
from bot.sandbox.slack.seen import labels_of, text_of
from bot.sandbox.slack.world import SlackMessage, View
from bot.sandbox.upload import Upload
from db.models import Base, Decision, Event, EventKind, Status, Submission
from tests.journeys.seeding import hear_seeds
from tests.journeys.slack_house import SlackHouse
from tests.sources.clips import WAV
from tests.workflow.stage import link_of

NIGHT = "Night Drive"
NASTY = "<!channel> <@U1> *x* _y_ & `z`"
_CODE = re.compile(r"T-[0-9A-Z]{4,}")
LINK, FILE, PLAYLIST = "Spotify link of one track", "Or your audio file", "Playlist"
AI, OWNS = "Was it made with AI tools?", "I own or represent this track"
NOTE = "Note for the curators"
_DECLINE = "Why? Choose one to three."
_REVIEW, _SUBMIT = "Review channel: cards, board and digest", "Submit channel, where artists are"
_GROUP = "User group that reviews every playlist"
_RULES = "Change up to five rules"
_SEEDS, _SEEDS_OUT = "Tracks that it holds already", "Links of the tracks to take out"
SENT = {AI: "No", OWNS: "Yes"}


@dataclass(slots=True)
class Cast:
    """The house, and who is in the story."""

    house: SlackHouse
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

    def posted(self, text: str) -> list[SlackMessage]:
        """Return what stands in the review channel with this text in it."""
        every = self.house.boss.read(self.house.reviews)
        return [each for each in every if text in text_of(each) and each.ephemeral_to is None]


def code_in(shown: View | SlackMessage) -> str:
    """Return the first submission's code that somebody reads there."""
    carried = " ".join(
        str(each.get("action_id")) for block in shown.blocks for each in block.get("elements") or ()
    )
    found = _CODE.search(f"{text_of(shown)} {carried}")
    assert found is not None
    return found[0]


def cast_of(house: SlackHouse) -> Cast:
    house.slack.join(house.boss.user, house.reviews)
    return Cast(
        house=house,
        ana=house.person("Ana"),
        mo=house.person("Mo", curates=True),
        kim=house.person("Kim", curates=True),
    )


async def play(house: SlackHouse) -> None:
    cast = cast_of(house)
    await set_up(cast)
    by_form, by_offer = await submit(cast)
    await look(cast, by_form)
    await review(cast, by_form)
    await talk(cast, by_offer)
    again = await decline_and_send_again(cast, by_offer)
    await two_at_once(cast, again)
    await see_the_week(cast)
    await say_goodbye(cast)


async def set_up(cast: Cast) -> None:
    """The boss chooses channels and group, tries a post, and adds a playlist without limits."""
    house, boss = cast.house, cast.house.boss
    wizard = await house.command(boss, "setup zone Europe/Berlin", says="Setting up Earmark")
    wizard = await house.choose(boss, wizard, house.reviews, of=_REVIEW, says="Kept.")
    wizard = await house.choose(boss, wizard, house.music, of=_SUBMIT, says="Kept.")
    wizard = await house.choose(boss, wizard, "Curators", of=_GROUP, says="Kept.")
    wizard = await house.press(boss, wizard, "Test post", says="The test post is in the review")
    await house.click(boss, wizard, "Add a playlist…", says="Days until artists get an answer")
    held = {_SEEDS: house.stage.song("held")}
    await house.fill(boss, {"Name": NIGHT} | held, says="1 track added")
    await see_the_seeds(cast)
    rules = ("waiting_per_artist: 1", "per_member_7d: 2")
    await house.pick(boss, *rules, of=_RULES, says="Rules of Night Drive")
    said = {"waiting_per_artist": "none", "per_member_7d": "none"}
    shown = await house.fill(boss, said, says="waiting_per_artist: none")
    await boss.close_view()

    assert "per_member_7d: none" in text_of(shown)
    assert boss.modals() == []
    assert len(cast.posted("This is a test")) == 1


async def see_the_seeds(cast: Cast) -> None:
    """What the playlist holds is heard, one more is pasted, and one taken out; rules come last."""
    house, boss = cast.house, cast.house.boss
    seeds = await house.click(boss, boss.modals()[-1], "Seed tracks", says="1 still to be heard")
    await hear_seeds(house.stage)
    seeds = await house.click(boss, seeds, "Look again", says="1 heard")
    assert "Title of held - Artist of held" in text_of(seeds)
    await house.click(boss, seeds, "Add tracks…", says="Ctrl+A, Ctrl+C")
    seeds = await house.fill(boss, {_SEEDS: link_of("gone")}, says="1 track added")
    await house.click(boss, seeds, "Take tracks out…", says="to begin anew")
    seeds = await house.fill(boss, {_SEEDS_OUT: link_of("gone")}, says="1 track taken out")
    await house.click(boss, seeds, "All rules", says="waiting_per_artist: 1")


async def submit(cast: Cast) -> tuple[str, str]:
    """By form, by an offer under a link, by file and by a message's menu: each once."""
    house, ana = cast.house, cast.ana
    await house.command(ana, f"check {house.stage.song('wind')}", says="Would take it")
    await house.opens(ana, says=LINK)
    said = SENT | {LINK: house.stage.song("wind"), NOTE: NASTY}
    receipts = [await house.fill(ana, said, says="Queued as")]
    await ana.close_view()

    await house.before()
    ana.say(house.music, f"listen: {house.stage.song('rain')}")
    offered = await ana.ephemeral("Is that a track")
    assert await cast.count(Submission) == 1
    await house.click(ana, offered, "Submit this?", says=LINK)
    receipts.append(await house.fill(ana, SENT | {AI: "Partly"}, says="Queued as"))
    await ana.close_view()

    await house.before()
    await ana.shortcut("Submit a track")
    await ana.modal(LINK)
    file = Upload.named("Ana Lund - Fog.wav", WAV)
    receipts.append(await house.fill(ana, SENT | {FILE: file}, says="Queued as"))
    await ana.close_view()

    await house.before()
    spoken = house.boss.say(house.music, f"and <{house.stage.song('snow')}>!")
    await ana.message_shortcut("Send to review queue", spoken)
    await ana.modal(LINK)
    receipts.append(await house.fill(ana, SENT, says="Queued as"))
    await ana.close_view()
    await house.settle()

    codes = [code_in(each) for each in receipts]
    assert len(set(codes)) == 4
    assert await cast.count(Submission) == 4
    return codes[0], codes[1]


async def look(cast: Cast, code: str) -> None:
    """The artist finds it again, and a second try of the same track is refused with its code."""
    house, ana = cast.house, cast.ana
    mine = await house.command(ana, "mine", says="Your submissions")
    assert text_of(mine).count("waiting for a curator") == 4
    opened = await house.click(ana, mine, "Open", nth=3, says="History")
    assert code in text_of(opened)
    await house.click(ana, opened, "Facts about the sound", says="Facts, not a verdict")
    await ana.close_view(everything=True)
    await house.opens(ana, f"submit {house.stage.song('wind')}", says=LINK)
    twice = await house.fill(ana, SENT, says=code)
    back = await house.click(ana, twice, "Back to the form", says=LINK)
    assert house.stage.song("wind") in text_of(back)
    await ana.close_view()
    await house.before()
    home = await ana.open_home("Your submissions")

    assert "Start review" not in labels_of(home)
    assert code in text_of(home)
    assert await cast.count(Submission) == 4


async def review(cast: Cast, code: str) -> None:
    """Mo opens the queue, claims, keeps, takes it back, and calls it a maybe."""
    house, mo, kim = cast.house, cast.mo, cast.kim
    await house.command(cast.ana, "queue", says="You review no playlist here")
    queue = await house.command(mo, "queue", says="4 waiting")
    queue = await house.choose(mo, queue, "Oldest first", of="suggested", says="4 waiting")
    card = await house.open_row(mo, queue, code, says="Listen on Spotify")
    assert code in text_of(card)
    await house.click(mo, card, "Why", says="of 100")
    await mo.until(lambda: len(mo.modals()) == 2 or None, "the reasons on top of the card")
    await mo.close_view()
    card = await house.click(mo, card, "Claim", says="Mo has")
    await house.before()
    home = await kim.open_home("4 waiting")
    await house.click(kim, home, "Start review", says="Listen on Spotify")
    await kim.close_view()
    taken = await house.opens(kim, f"track {code.lower()}", says="Show the card")
    theirs = await house.click(kim, taken, "Show the card", says="Listen on Spotify")
    await house.click(kim, theirs, "Claim", says="Mo has")
    await kim.close_view()
    done = await house.click(mo, card, "Keep", says="Kept")
    assert await cast.status_of(code) is Status.KEPT
    done = await house.click(mo, done, "Undo", says="Taken back")
    card = await house.click(mo, done, "Show the card", says="Listen on Spotify")
    await house.click(mo, card, "Maybe", says="Undo")
    await mo.close_view()

    assert await cast.status_of(code) is Status.MAYBE
    moved = (EventKind.MOVED, EventKind.UNDONE)
    # Queued, kept, taken back, maybe.
    assert await cast.count(Event, Event.kind.in_(moved), _of(code)) == 4


async def talk(cast: Cast, code: str) -> None:
    """A note, a question with its answer, a thread, and a few days of peace."""
    house, mo, ana = cast.house, cast.mo, cast.ana
    history = await house.opens(mo, f"track {code}", says="Show the card")
    card = await house.click(mo, history, "Show the card", says="Listen on Spotify")
    await house.click(mo, card, "Thread", says=f"Talk about {code}")
    await mo.close_view()
    await house.click(mo, card, "Thread", says=f"Talk about {code}")
    await mo.close_view()
    more = await house.click(mo, card, "More", says="History")
    await house.click(mo, more, "Note…", says=NOTE)
    await house.fill(mo, {NOTE: "Listen to the end."}, says="Listen to the end.")
    await mo.close_view()
    await house.click(mo, mo.modals()[-1], "Ask artist…", says="Question for the artist")
    asked = {"Question for the artist": "Is there an edit?"}
    await house.fill(mo, asked, says="Is there an edit?")
    await mo.close_view(everything=True)
    await house.settle()
    question = await ana.direct("Is there an edit?")
    await house.click(ana, question, "Answer…", says="Your answer")
    await house.fill(ana, {"Your answer": "Yes, of three minutes."}, says=code)
    await ana.close_view()
    history = await house.opens(mo, f"track {code}", says="Show the card")
    card = await house.click(mo, history, "Show the card", says="Listen on Spotify")
    assert "Yes, of three minutes." in text_of(card)
    await house.click(mo, card, "Snooze", says="Set aside")
    await house.pick(mo, "three days", says="set")
    await mo.close_view(everything=True)
    await house.settle()

    assert await cast.count(Event, Event.kind == EventKind.SNOOZED, _of(code)) == 1
    (posted,) = [each for each in cast.posted(code) if each.thread_ts is None]
    assert "Claim" in labels_of(posted)
    # A picture that gets lost on the way is not worth a second card.
    pictures = [each for each in house.slack.in_channel(posted.channel) if each.files]
    assert {each.thread_ts for each in pictures} <= {posted.ts}


async def decline_and_send_again(cast: Cast, code: str) -> str:
    """Kim declines with two reasons; Ana reads why, once, and sends the next mix from there."""
    house, kim, ana = cast.house, cast.kim, cast.ana
    (posted,) = [each for each in cast.posted(code) if each.thread_ts is None]
    await house.click(kim, posted, "Decline…", says=_DECLINE)
    why = ["the mix is muddy or out of balance", "the intro is too long for this playlist"]
    many = [
        *why,
        "another genre than this playlist's",
        "we like it, but there is no room for it now",
    ]
    said = {
        _DECLINE: many,
        "Note for the artist": "The bass hides the voice.",
        "What is welcome next?": "A new mix of this one",
    }
    await house.fill(kim, said, says="not 4")
    # What was typed is still there: only the reasons are chosen anew.
    await house.fill(kim, {_DECLINE: why}, says="Declined")
    await kim.close_view()
    await house.settle()
    letter = await ana.direct("The bass hides the voice.")
    assert all(reason in text_of(letter) for reason in why)
    assert labels_of(posted) == []
    await house.click(ana, letter, "Send again…", says=LINK)
    again = await house.fill(ana, SENT | {LINK: house.stage.song("rain2")}, says="Queued as")
    await ana.close_view()
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
    for who in (mo, kim):
        history = await house.opens(who, f"track {code}", says="Show the card")
        await house.click(who, history, "Show the card", says="Listen on Spotify")
    await house.before()
    told = await asyncio.gather(*(_keep(who) for who in (mo, kim)))
    for who in (mo, kim):
        await who.close_view()
    await house.settle()

    first, second = sorted(told, key=lambda text: "already kept by" in text)
    assert "Kept" in first
    assert "already kept by" in second
    assert await cast.count(Decision, _of(code, Decision)) == 1
    direct = house.slack.world.direct(cast.ana.team, cast.ana.id)
    letters = [each for each in cast.ana.read(direct) if f"{NIGHT} keeps" in text_of(each)]
    assert len(letters) == 1


async def _keep(who: Person) -> str:
    before = who.modals()[-1]
    seen = before.hash
    await who.click(before, "Keep")
    shown = await who.until(
        lambda: who.modals()[-1] if who.modals()[-1].hash != seen else None, "an answer"
    )
    return text_of(shown)


async def see_the_week(cast: Cast) -> None:
    """The week is shown to a curator alone; the board stands in the review channel, once."""
    week = await cast.house.command(cast.mo, f"digest preview {NIGHT}", says="1 kept")
    board = [each for each in cast.posted(NIGHT) if each.pinned]

    assert week.ephemeral_to == cast.mo.id
    assert len(board) == 1
    assert "Open" in labels_of(board[0])


async def say_goodbye(cast: Cast) -> None:
    """Ana gets her data as a file, and then is forgotten."""
    house, ana = cast.house, cast.ana
    await house.command(ana, "privacy export", says="This is everything")
    copy = await ana.direct("earmark-data.json")
    assert b"submissions" in (copy.files[0].content or b"")
    asked = await house.command(ana, "privacy delete", says="Delete your data?")
    await house.press(ana, asked, "Yes, forget me", says="You are forgotten")
    await house.command(ana, "mine", says="nothing here yet")

    left = await cast.count(Submission, Submission.status.in_([Status.QUEUED, Status.MAYBE]))
    assert left == 0


def _of(code: str, table: type[Event] | type[Decision] = Event) -> object:
    wanted = select(Submission.id).where(Submission.code == code).scalar_subquery()
    return table.submission_id == wanted
