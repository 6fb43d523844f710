"""What people on Slack are told when something is amiss, and what an artist is never told."""

import json
import re
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.slack.people import Person
from bot.sandbox.slack.seen import labels_of, text_of
from bot.sandbox.upload import Upload
from db.models import Status, Submission
from tests.journeys import slack_story
from tests.journeys.slack_house import SlackHouse, open_slack_house
from tests.journeys.slack_story import FILE, LINK, NIGHT, SENT, cast_of
from tests.sources.clips import WAV

# As whole words: the desk may well be said to listen "for scoring".
_NOT_FOR_ARTISTS = re.compile(
    r"\b(score|scores|band|percentile|rank|ranked|vote|votes|fit|confidence|discovery pick)\b"
    r"|of 100\b",
    re.IGNORECASE,
)


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[SlackHouse]:
    async with open_slack_house(maker) as opened:
        yield opened


async def test_no_artist_is_ever_sent_a_score_a_band_a_rank_or_a_vote(house: SlackHouse) -> None:
    await slack_story.play(house)

    ana = house.slack.users["U0ANA"]
    sent = [*_shown_to(house, house.slack.person_of(ana))]
    assert len(sent) > 20
    assert [found[0] for one in sent if (found := _NOT_FOR_ARTISTS.search(one))] == []


def _shown_to(house: SlackHouse, artist: Person) -> Iterator[str]:
    """Return what stands where artists are, and all that we have sent for one of them alone."""
    world = house.slack.world
    places = {house.music.id, world.direct(artist.team, artist.id).id}
    for message in (*world.messages.values(), *world.ephemerals):
        if message.channel in places and message.ephemeral_to in {None, artist.id}:
            yield json.dumps([message.texts, message.blocks], ensure_ascii=False)
    for view in (*world.views.values(), *world.homes.values()):
        if view.user_id == artist.id:
            yield json.dumps(view.said, ensure_ascii=False)


async def test_a_fault_of_ours_is_told_in_one_sentence(house: SlackHouse) -> None:
    async with house.stage.sessions.begin() as session:
        await session.execute(text("DROP TABLE workspace_accounts"))

    told = await house.command(house.person("Ana"), "mine", says="stumbled over itself")

    assert "workspace_accounts" not in text_of(told)


async def test_a_word_that_is_none_of_ours_is_answered_with_the_way_to_help(
    house: SlackHouse,
) -> None:
    ana = house.person("Ana")
    await house.command(ana, "sumbit", says="There is no sumbit here. /earmark help")
    await house.command(ana, "hilfe", says="What Earmark can do")


async def test_a_file_that_somebody_posts_is_offered_to_them_alone_and_sent_by_the_form(
    house: SlackHouse,
) -> None:
    cast = cast_of(house)
    await slack_story.set_up(cast)
    said = house.music
    cast.ana.say(said, "my new one", files=[Upload.named("Ana Lund - Fog.wav", WAV)])
    offered = await cast.ana.ephemeral("Is that a track")
    form = await house.click(cast.ana, offered, "Submit this?", says="Ana Lund - Fog.wav")
    assert FILE not in text_of(form)
    await house.fill(cast.ana, SENT, says="Queued as")

    assert await cast.count(Submission, Submission.upload_sha256.is_not(None)) == 1


async def test_somebody_elses_file_is_not_theirs_to_submit(house: SlackHouse) -> None:
    cast = cast_of(house)
    await slack_story.set_up(cast)
    file = Upload.named("Ana Lund - Fog.wav", WAV)
    posted = cast.ana.say(house.music, "my new one", files=[file])
    bob = house.person("Bob")
    await bob.message_shortcut("Send to review queue", posted)
    await bob.modal("Only who has sent that file can submit it.")

    assert await cast.count(Submission) == 0


async def test_a_form_without_link_and_file_asks_for_one_and_keeps_the_rest(
    house: SlackHouse,
) -> None:
    cast = cast_of(house)
    await slack_story.set_up(cast)
    await house.opens(cast.ana, says=LINK)
    await house.fill(cast.ana, SENT, says="Paste the link of one track, or choose a file.")
    await house.fill(cast.ana, {LINK: house.stage.song("wind")}, says="Queued as")


async def test_a_link_in_another_channel_is_left_alone(house: SlackHouse) -> None:
    cast = cast_of(house)
    await slack_story.set_up(cast)
    cast.mo.say(house.reviews, house.stage.song("wind"))
    await house.slack.deliveries.settled()

    assert [one for one in cast.mo.ephemerals() if "Is that a track" in text_of(one)] == []


async def test_a_panel_votes_blind_and_sees_scores_afterwards(house: SlackHouse) -> None:
    cast = cast_of(house)
    await slack_story.set_up(cast)
    await house.command(house.boss, f"playlist show {NIGHT}", says="votes_needed: 1")
    shown = await house.boss.ephemeral("Change up to five rules")
    await house.boss.choose(shown, "votes_needed: 1", of="Change up to five rules")
    await house.boss.modal("Rules of Night Drive")
    await house.fill(house.boss, {"votes_needed": "2"}, says="votes_needed: 2")
    await house.opens(cast.ana, says=LINK)
    await house.fill(cast.ana, SENT | {LINK: house.stage.song("wind")}, says="Queued as")
    await house.settle()

    mine = await house.opens(cast.mo, "next", says="Listen on Spotify")
    theirs = await house.opens(cast.kim, "next", says="Listen on Spotify")
    assert "of 100" not in text_of(mine) + text_of(theirs)
    voted = await house.click(cast.mo, mine, "Keep", says="Show the card")
    assert "Mo: keep" not in text_of(theirs)
    seen = await house.click(cast.mo, voted, "Show the card", says="Listen on Spotify")
    assert "of 100" in text_of(seen)
    kept = await house.click(cast.kim, theirs, "Keep", says="Show the card")
    assert "Kept" in text_of(kept)
    assert "Undo" in labels_of(kept)


async def test_who_manages_the_team_says_who_reviews_and_who_may_not_submit(
    house: SlackHouse,
) -> None:
    cast, boss = cast_of(house), house.boss
    await slack_story.set_up(cast)
    group = "<!subteam^S0NIGHT|@night>"
    await house.command(boss, f"playlist curators {group} {NIGHT}", says="group S0NIGHT")
    shown = await house.command(boss, f"playlist dismiss {group} {NIGHT}", says="These are the")
    assert "S0NIGHT" not in text_of(shown)
    await house.command(boss, f"playlist close {NIGHT} 3 days", says="no more submissions")
    await house.command(boss, f"playlist open {NIGHT}", says="It takes submissions now")
    await house.command(boss, "playlist curators nobody", says="Name the user group")
    await house.command(boss, "blocklist add @Ana 30 days spam", says="spam")
    await house.opens(cast.ana, says=LINK)
    await house.fill(cast.ana, SENT | {LINK: house.stage.song("wind")}, says="Back to the form")
    await cast.ana.close_view()
    await house.command(boss, "blocklist remove @Ana", says="Nobody is kept out.")
    await house.command(cast.ana, "blocklist list", says="Only who manages")
    await house.command(boss, "digest nonsense", says="Write digest preview")
    await house.command(boss, f"digest skip {NIGHT}", says=NIGHT)

    assert await cast.count(Submission) == 0


async def test_a_guest_is_an_artist_whatever_group_they_are_in(house: SlackHouse) -> None:
    cast = cast_of(house)
    await slack_story.set_up(cast)
    guest = house.person("Gil", curates=True, restricted=True)
    await house.command(guest, f"queue {NIGHT}", says="Only curators")
    await house.command(guest, "calls", says="Open calls")


async def test_who_is_of_a_connected_team_reviews_nothing(house: SlackHouse) -> None:
    cast = cast_of(house)
    await slack_story.set_up(cast)
    await house.opens(cast.ana, says=LINK)
    await house.fill(cast.ana, SENT | {LINK: house.stage.song("wind")}, says="Queued as")
    await house.settle()
    other = house.slack.add_team("T0OTHER", "Other", installed=False)
    stranger = house.person("Sam", curates=True, team=other, admin=True)
    (board,) = cast.posted("1 waiting")

    await house.press(stranger, board, "Keep", says="Only curators")

    async with house.stage.sessions() as session:
        assert await session.scalar(select(Submission.status)) is Status.QUEUED
