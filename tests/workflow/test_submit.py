"""What may be sent, what is refused and why, and what cannot happen twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.errors import LinkError, NotFoundError, RuleError
from bot.workflow.submit import Accepted, OwnFile
from db.models import AiPolicy, AiUse, Answer, Status, Submission
from db.types import EventKind
from scoring.ranking import draw_discovery
from tests.workflow.stage import DAY, NIGHT, NOW, OWN_FILE, Stage, link_of, open_stage, spotify_id


async def _refused(stage: Stage, text: str, *, by: str = "ana") -> str:
    with pytest.raises(RuleError) as caught:
        await stage.submit(text, by=by)
    return caught.value.rule


async def _count(stage: Stage) -> int:
    async with stage.sessions() as session:
        return await session.scalar(select(func.count()).select_from(Submission)) or 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no Spotify link in that"),
        ("   ", "no Spotify link in that"),
        ("listen to my song!", "no Spotify link in that"),
        ("https://open.spotify.com/track/tooshort", "cut short or mistyped"),
        (f"https://open.spotify.com/playlist/{spotify_id('p')}", "a Spotify playlist"),
        (f"https://open.spotify.com/artist/{spotify_id('a')}", "a Spotify artist page"),
        (f"https://open.spotify.com/episode/{spotify_id('e')}", "a podcast episode"),
        ("https://open.spotify.com/user/ana", "a Spotify profile"),
        ("https://www.youtube.com/watch?v=1", "YouTube"),
        ("https://soundcloud.com/ana/song", "SoundCloud"),
        ("https://link.tospotify.com/abc", "switched off"),
        (f"{link_of('one')} {link_of('two')}", "2 links in that"),
        (f"{link_of('one')} https://spotify.link/abc", "2 links in that"),
        (f"{link_of('one')} https://open.spotify.com/album/{spotify_id('x')}", "2 links in that"),
        (" ".join(link_of(str(number)) for number in range(7)), "7 links in that"),
    ],
)
async def test_what_is_not_the_link_of_one_track_is_refused_by_name(
    stage: Stage, text: str, sentence: str
) -> None:
    with pytest.raises(LinkError, match=sentence):
        await stage.submit(text)

    assert await _count(stage) == 0


async def test_a_link_is_stored_in_its_canonical_form(stage: Stage) -> None:
    accepted = await stage.submit(
        f"my song <https://open.spotify.com/intl-de/track/{spotify_id('one')}?si=abc> cheers",
        title="One",
        artist="Ana Lund",
        note="for the\nnight",
    )

    row = await stage.row(accepted.receipt.code)
    assert row.link == link_of("one")
    assert row.spotify_id == spotify_id("one")
    assert (row.typed_title, row.typed_artist, row.note) == ("One", "Ana Lund", "for the night")
    assert row.owns_rights_at == NOW


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://spotify.link/AbC1", "https://spotify.link/AbC1"),
        (
            f"spotify:album:{spotify_id('lp')}",
            f"https://open.spotify.com/album/{spotify_id('lp')}",
        ),
    ],
)
async def test_a_link_that_must_be_looked_up_first_has_no_track_id_yet(
    stage: Stage, text: str, link: str
) -> None:
    row = await stage.row((await stage.submit(text)).receipt.code)

    assert row.link == link
    assert row.spotify_id is None


@pytest.mark.parametrize("text", ["", " \n"])
async def test_a_file_needs_no_link(stage: Stage, text: str) -> None:
    accepted = await stage.submit(text, upload=OWN_FILE)

    row = await stage.row(accepted.receipt.code)
    assert (row.link, row.upload_sha256, row.upload_name) == (None, OWN_FILE.sha256, OWN_FILE.name)
    assert (accepted.receipt.title, accepted.receipt.artist) == ("Second Wind", "Ana Lund")


async def test_a_file_may_come_with_a_link(stage: Stage) -> None:
    row = await stage.row((await stage.submit(link_of("one"), upload=OWN_FILE)).receipt.code)

    assert (row.spotify_id, row.upload_sha256) == (spotify_id("one"), OWN_FILE.sha256)


async def test_a_file_does_not_excuse_a_wrong_link(stage: Stage) -> None:
    with pytest.raises(LinkError, match="YouTube"):
        await stage.submit("https://youtu.be/1", upload=OWN_FILE)

    assert await _count(stage) == 0


async def test_the_receipt_names_the_code_the_place_and_the_promised_day(stage: Stage) -> None:
    await stage.playlist(answer_days=5)
    first = await stage.submit(link_of("one"), by="ben")
    second = await stage.submit(link_of("two"), title="Two", by="ana")

    assert first.receipt.title == f"Spotify track {spotify_id('one')}"
    receipt = second.receipt
    assert (receipt.playlist, receipt.title, receipt.artist) == (NIGHT, "Two", "ana")
    assert (receipt.place, receipt.answer_by) == (2, NOW + timedelta(days=5))
    assert (await stage.row(receipt.code)).status is Status.RECEIVED


async def test_an_unknown_playlist_is_refused_with_the_ones_there_are(stage: Stage) -> None:
    await stage.playlist("Loud")

    with pytest.raises(NotFoundError, match="There are: Loud, Night Drive"):
        await stage.submit(link_of("one"), playlist="Night Dive")


async def test_a_workspace_without_playlists_says_so(stage: Stage) -> None:
    stage.workspace_id = (await open_stage(stage.sessions, "other")).workspace_id + 1

    with pytest.raises(NotFoundError, match="There is none yet"):
        await stage.submit(link_of("one"))


async def test_the_same_link_waits_once(stage: Stage) -> None:
    first = await stage.submit(link_of("one"), by="ben")

    with pytest.raises(RuleError, match=first.receipt.code) as caught:
        await stage.submit(f"spotify:track:{spotify_id('one')}")
    assert caught.value.rule == "duplicate"
    assert "waiting for a curator" in str(caught.value)
    assert await _count(stage) == 1


async def test_the_same_file_waits_once_even_with_another_link(stage: Stage) -> None:
    await stage.submit(upload=OWN_FILE)

    renamed = OwnFile(sha256=OWN_FILE.sha256, name="other name.mp3")
    with pytest.raises(RuleError, match="already") as caught:
        await stage.submit(link_of("one"), by="ben", upload=renamed)
    assert caught.value.rule == "duplicate"


async def test_another_playlist_or_workspace_may_have_the_same_link(stage: Stage) -> None:
    await stage.playlist("Loud")
    other = await open_stage(stage.sessions, "other")

    codes = {
        (await stage.submit(link_of("one"))).submission_id,
        (await stage.submit(link_of("one"), playlist="Loud")).submission_id,
        (await other.submit(link_of("one"))).submission_id,
    }
    assert len(codes) == 3


async def test_a_declined_track_is_told_when_it_may_come_again(stage: Stage) -> None:
    code = (await stage.submit(link_of("one"))).receipt.code
    await stage.decide(code, Answer.DECLINE, reasons=("off_genre",))

    stage.clock.time = NOW + 27 * DAY
    with pytest.raises(RuleError, match="16 Dec 2026, 12:00 UTC") as caught:
        await stage.submit(link_of("one"))
    assert caught.value.possible_at == NOW + 28 * DAY
    stage.clock.time = caught.value.possible_at
    assert (await stage.submit(link_of("one"))).receipt.place == 1


async def test_a_duplicate_never_tells_that_curators_said_maybe(stage: Stage) -> None:
    code = (await stage.submit(link_of("one"))).receipt.code
    await stage.decide(code, Answer.MAYBE)

    with pytest.raises(RuleError, match="still being considered") as caught:
        await stage.submit(link_of("one"))
    assert "maybe" not in str(caught.value)


async def test_a_request_told_twice_is_done_once(stage: Stage) -> None:
    first = await stage.submit(link_of("one"), key="event-1")
    second = await stage.submit(link_of("one"), key="event-1", seed=2)

    assert (first.again, second.again) == (False, True)
    assert second.receipt == first.receipt
    assert await _count(stage) == 1


async def test_one_key_in_two_workspaces_is_two_requests(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    first = await stage.submit(link_of("one"), key="event-1")

    second = await other.submit(link_of("one"), key="event-1")
    assert not second.again
    assert second.submission_id != first.submission_id


async def test_a_request_told_twice_at_once_is_done_once(stage: Stage) -> None:
    for number in range(5):
        both = await asyncio.gather(
            *(stage.submit(link_of(str(number)), key=f"event-{number}") for _ in range(2))
        )

        assert sorted(accepted.again for accepted in both) == [False, True]
        assert both[0].submission_id == both[1].submission_id


async def test_of_two_for_the_last_free_place_one_is_refused(stage: Stage) -> None:
    for number in range(5):
        await stage.playlist(f"List {number}", intake_cap=1)
        both = await asyncio.gather(
            *(
                stage.submit(link_of(f"{number}x{by}"), by=by, playlist=f"List {number}")
                for by in ("ana", "ben")
            ),
            return_exceptions=True,
        )

        assert [type(one) for one in sorted(both, key=lambda one: isinstance(one, RuleError))] == [
            Accepted,
            RuleError,
        ]


async def test_the_rules_of_the_playlist_are_asked(stage: Stage) -> None:
    await stage.playlist(intake_cap=2, waiting_per_artist=1)
    await stage.submit(link_of("one"))

    assert await _refused(stage, link_of("two")) == "waiting_per_artist"
    await stage.submit(link_of("two"), by="ben")
    assert await _refused(stage, link_of("three"), by="cleo") == "intake_cap"
    await stage.playlist(paused=True)
    assert await _refused(stage, link_of("three"), by="cleo") == "closed"


async def test_the_opening_hours_of_the_playlist_are_asked(stage: Stage) -> None:
    await stage.playlist(opens_at=NOW + DAY, closes_at=NOW + 2 * DAY)

    assert await _refused(stage, link_of("one")) == "opens_at"
    stage.clock.time = NOW + DAY
    await stage.submit(link_of("one"))
    stage.clock.time = NOW + 2 * DAY
    assert await _refused(stage, link_of("two")) == "closed"


async def test_a_maybe_still_counts_as_the_artists_waiting_track(stage: Stage) -> None:
    await stage.playlist(intake_cap=1, waiting_per_artist=1)
    await stage.decide((await stage.submit(link_of("one"))).receipt.code, Answer.MAYBE)

    assert await _refused(stage, link_of("two")) == "waiting_per_artist"
    # The queue itself has room again.
    assert (await stage.submit(link_of("two"), by="ben")).receipt.place == 1


async def test_the_weekly_limit_lets_go_after_seven_days(stage: Stage) -> None:
    await stage.playlist(per_member_7d=1)
    stage.clock.time = NOW - 7 * DAY
    await stage.submit(link_of("longago"))
    stage.clock.time = NOW
    await stage.submit(link_of("one"))

    stage.clock.time = NOW + 7 * DAY - timedelta(seconds=1)
    with pytest.raises(RuleError, match="have sent 1 track in seven days") as caught:
        await stage.submit(link_of("two"))
    assert caught.value.possible_at == NOW + 7 * DAY
    assert (await stage.submit(link_of("two"), by="ben")).receipt.place == 3
    stage.clock.time = NOW + 7 * DAY
    assert (await stage.submit(link_of("two2"))).receipt.place == 4


async def test_the_answer_about_ai_is_asked_for_and_stored(stage: Stage) -> None:
    await stage.playlist(ai_policy=AiPolicy.DECLARED)

    assert await _refused(stage, link_of("one")) == "ai_policy"
    accepted = await stage.submit(link_of("one"), ai_use=AiUse.PARTLY)
    assert (await stage.row(accepted.receipt.code)).ai_use is AiUse.PARTLY


async def test_the_discovery_draw_is_made_at_arrival_and_can_be_redone(stage: Stage) -> None:
    share = 0.5
    playlist = await stage.playlist(discovery_share=share)

    drawn = []
    for seed in range(20):
        accepted = await stage.submit(link_of(str(seed)), seed=seed)
        row = await stage.row(accepted.receipt.code)
        assert (row.discovery_seed, row.discovery_propensity) == (seed, share)
        assert row.discovery == draw_discovery(str(seed), playlist.name_key, share)
        drawn.append(row.discovery)
    assert {True, False} == set(drawn)


async def test_the_arrival_is_an_event_of_the_artist(stage: Stage) -> None:
    code = (await stage.submit(link_of("one"))).receipt.code

    (event,) = await stage.history(code)
    assert event.kind is EventKind.SUBMITTED
    assert (event.to_status, event.at) == (Status.RECEIVED, NOW)
    assert event.actor is not None
    assert event.actor.display_name == "ana"
