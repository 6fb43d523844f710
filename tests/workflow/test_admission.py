"""Who is let in: limits for who sends and who plays, what suits, and who is kept out."""

import pytest

from bot.errors import RuleError
from bot.workflow.outcome import Outcome, Processed
from bot.workflow.people import console_person, member_of
from bot.workflow.rules import FIT
from bot.workflow.submit import OwnFile
from db import blocks
from db.models import Answer, Status
from tests.workflow.stage import DAY, NIGHT, NOW, Stage, link_of


async def refused(stage: Stage, text: str, **said: str) -> RuleError:
    with pytest.raises(RuleError) as caught:
        await stage.submit(text, **said)  # type: ignore[arg-type]  # names that tests give
    return caught.value


async def closed(stage: Stage, text: str, *, by: str = "ana") -> Processed:
    """Submit what is accepted at first, and return how processing sends it back."""
    done = await stage.process(await stage.submit(text, by=by))
    assert done.outcome is Outcome.REFUSED
    return done


async def test_what_earmark_itself_sent_back_does_not_count_for_the_week(stage: Stage) -> None:
    await stage.playlist(per_member_7d=1, explicit_allowed=False)

    assert (await closed(stage, stage.song("rude", explicit=True))).reason == "explicit"

    await stage.submit(link_of("clean"))
    assert (await refused(stage, link_of("third"))).rule == "per_member_7d"


async def test_what_the_artist_took_back_counts_for_the_week(stage: Stage) -> None:
    await stage.playlist(per_member_7d=1)
    await stage.withdraw((await stage.submit(link_of("one"))).receipt.code)

    assert (await refused(stage, link_of("two"))).rule == "per_member_7d"


async def test_a_band_that_sends_through_two_people_waits_with_one_track(stage: Stage) -> None:
    await stage.playlist(waiting_per_artist=1)
    await stage.send(stage.song("one", artist="The Band"), by="ana")

    error = await closed(stage, stage.song("two", artist="the band"), by="ben")

    assert error.reason == "waiting_per_artist"
    # Nothing is looked up once more where the track is known.
    assert (await refused(stage, link_of("two"), by="cleo")).rule == "waiting_per_artist"
    await stage.send(stage.song("three", artist="Others"), by="ben")
    assert len((await stage.queue()).rows) == 2


async def test_a_band_that_sends_through_two_people_has_one_weekly_limit(stage: Stage) -> None:
    await stage.playlist(per_member_7d=1)
    code = await stage.send(stage.song("one", artist="The Band"), by="ana")
    await stage.decide(code, Answer.KEEP)

    assert (await closed(stage, stage.song("two", artist="The Band"), by="ben")).reason == (
        "per_member_7d"
    )


async def test_two_people_whose_typed_names_are_alike_do_not_share_a_limit(stage: Stage) -> None:
    await stage.playlist(waiting_per_artist=1)
    done = [
        await stage.process(
            await stage.submit(
                upload=OwnFile(sha256=by[0] * 64, name="song.mp3"),
                title=f"By {by}",
                artist="Anna",
                by=by,
            )
        )
        for by in ("ana", "ben")
    ]

    assert [one.outcome for one in done] == [Outcome.SCORED] * 2
    assert len((await stage.queue()).rows) == 2


async def test_a_limit_made_later_throws_nobody_out(stage: Stage) -> None:
    await stage.send(stage.song("one", artist="The Band", percentile=None), by="ana")
    second = await stage.submit(stage.song("two", artist="The Band", percentile=None), by="ben")
    await stage.process(second)
    await stage.playlist(waiting_per_artist=1)

    again = await stage.process(second)

    assert again.outcome is Outcome.UNSCORED
    assert (await stage.row(second.receipt.code)).status is Status.QUEUED


async def test_a_track_that_does_not_suit_may_be_sent_anyway_once(stage: Stage) -> None:
    await stage.playlist(genres=["Techno"], explicit_allowed=False)

    error = await refused(stage, link_of("one"), genre="Folk")
    assert (error.rule, error.anyway) == ("genres", True)

    accepted = await stage.submit(
        stage.song("one", explicit=True), genre="Folk", language="German", anyway=True
    )
    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    row = await stage.row(accepted.receipt.code)
    assert (row.genre, row.language, row.anyway) == ("Folk", "German", True)
    with pytest.raises(RuleError) as caught:
        await stage.submit(link_of("two"), genre="Folk", anyway=True)
    assert (caught.value.rule, caught.value.possible_at) == ("anyway", NOW + 7 * DAY)


async def test_each_person_may_insist_once_whoever_plays(stage: Stage) -> None:
    await stage.playlist(genres=["Techno"])
    await stage.process(
        await stage.submit(
            stage.song("one", artist="The Band"), by="ana", genre="Folk", anyway=True
        )
    )
    # The second track is known from a first try.
    second = await stage.submit(stage.song("two", artist="The Band"), by="ben", genre="Techno")
    await stage.process(second)
    await stage.withdraw(second.receipt.code, by="ben")

    again = await stage.submit(link_of("two"), by="ben", genre="Folk", anyway=True)

    assert (await stage.process(again)).outcome is Outcome.SCORED


async def test_what_was_sent_back_for_taste_goes_again_anyway_as_a_version(stage: Stage) -> None:
    await stage.playlist(explicit_allowed=False, per_member_7d=1)
    first = await stage.submit(stage.song("rude", explicit=True))
    back = await stage.process(first)
    assert (back.outcome, back.reason in FIT) == (Outcome.REFUSED, True)
    assert "submit it anyway" in back.sentence

    again = await stage.submit(link_of("rude"), replaces=first.receipt.code, anyway=True)

    assert (await stage.process(again)).outcome is Outcome.SCORED
    assert (await stage.row(again.receipt.code)).replaces_id == first.submission_id


async def test_an_old_release_is_refused_at_once_where_the_track_is_known(stage: Stage) -> None:
    await stage.playlist("Fresh", max_release_age_days=3)
    link = stage.song("one")
    await stage.send(link)

    with pytest.raises(RuleError) as caught:
        await stage.submit(link, playlist="Fresh")
    assert caught.value.rule == "release_age"


async def test_the_tick_is_asked_for_and_kept_with_its_time(stage: Stage) -> None:
    await stage.playlist(ownership_required=True)

    with pytest.raises(RuleError) as caught:
        await stage.submit(link_of("one"), owns_rights=False)
    assert caught.value.rule == "ownership"
    accepted = await stage.submit(link_of("one"))
    assert (await stage.row(accepted.receipt.code)).owns_rights_at == NOW


async def test_the_same_recording_under_another_link_is_refused_before_it_is_queued(
    stage: Stage,
) -> None:
    await stage.playlist("Loud")
    await stage.send(stage.song("album", isrc="GBAAA2600001"), playlist="Loud")
    await stage.send(stage.song("single", isrc="GBAAA2600001"), by="ben")

    # Known from another playlist, so that its ISRC is known as well.
    error = await refused(stage, link_of("album"), by="cleo")
    assert error.rule == "duplicate"


async def test_who_is_kept_out_is_told_why_and_until_when_but_not_by_whom(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        ana, mo = [
            await member_of(session, stage.workspace_id, console_person(name), now=NOW)
            for name in ("ana", "mo")
        ]
        await blocks.put(
            session,
            workspace_id=stage.workspace_id,
            name="Ana",
            reason="the same track nine times",
            now=NOW,
            until=NOW + 7 * DAY,
            member_id=ana.id,
            created_by=mo.id,
        )

    error = await refused(stage, link_of("one"))
    assert (error.rule, error.possible_at) == ("blocked", NOW + 7 * DAY)
    assert "the same track nine times" in str(error)
    assert "mo" not in str(error).split()
    await stage.submit(link_of("one"), by="ben")
    stage.clock.time = NOW + 7 * DAY
    await stage.submit(link_of("two"))


async def test_an_artist_who_is_kept_out_is_so_whoever_sends(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await blocks.put(
            session,
            workspace_id=stage.workspace_id,
            name="Loud Band",
            reason="said no to AI, and it was",
            now=NOW,
            artist_key="loud band",
        )

    error = await closed(stage, stage.song("one", artist="Loud Band"))

    assert error.reason == "blocked"
    assert "for the time being" in error.sentence
    await stage.send(stage.song("two", artist="Quiet Band"))
    assert [row.title for row in (await stage.queue(NIGHT)).rows] == ["Title of two"]
