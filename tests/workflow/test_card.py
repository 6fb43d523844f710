"""The review card and the next one: what they tell, to whom, and what they keep to themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.curation import ReviewCard
from bot.curator_texts import card_lines, told_reasons
from bot.errors import NotAllowedError
from bot.messages import ScoreLine
from bot.workflow import card, handling, privacy, talk
from bot.workflow.people import console_person
from db.models import Answer, Exposure
from db.types import AiUse
from tests.workflow.stage import DAY, NIGHT, Stage
from tests.workflow.test_places import desk_of

SCORE = ScoreLine(
    percentile=60, low=40, high=80, p_low=0.2, p_medium=0.5, p_high=0.3, level="medium", model="m"
)


async def _card(stage: Stage, code: str, by: str | None = "mo") -> ReviewCard:
    return await stage.inside(
        lambda session: card.review_card(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by) if by else None,
            now=stage.clock(),
        )
    )


async def _next(stage: Stage, *, by: str = "mo", after: str | None = None) -> str | None:
    found = await stage.inside(
        lambda session: card.next_card(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            person=console_person(by),
            now=stage.clock(),
            after=after,
        )
    )
    return found.code if found else None


async def test_a_card_tells_what_a_curator_asks(stage: Stage) -> None:
    accepted = await stage.submit(
        stage.song("one", percentile=71), note="Play it loud", ai_use=AiUse.PARTLY
    )
    await stage.process(accepted)
    code = accepted.receipt.code
    stage.clock.time += 2 * DAY
    view = await _card(stage, code)

    assert (view.code, view.row.rank, view.sent_by) == (code, 1, "ana")
    assert view.row.score is not None
    lines = "\n".join(card_lines(view))
    assert "by score, waited 2 d" in lines
    assert "score: high (51-91 of 100, low confidence)" in lines
    assert "+ a steady beat" in lines
    assert "- it may as well be" in lines
    assert "tempo 118 BPM (or 59) · key A minor" in lines
    assert "The artist writes: Play it loud" in lines
    assert "partly made with AI tools" in lines
    assert view.to_json()["note"] == "Play it loud"


async def test_a_card_of_a_panel_is_blind_until_one_has_voted(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    await stage.appoint("kim")
    code = await stage.send(stage.song("one"))
    await stage.decide(code, by="kim")

    for by in ("mo", None):
        blind = await _card(stage, code, by)
        assert (blind.row.score, blind.reasons, blind.panel.votes) == (None, (), None)
        assert blind.panel.cast == 1
        told = "\n".join(card_lines(blind))
        assert "kim" not in told
        assert "Score hidden until you have voted" in told

    await stage.decide(code, Answer.MAYBE, by="mo")
    seen = await _card(stage, code)
    assert seen.row.score is not None
    assert seen.panel.votes is not None
    assert [(vote.by, vote.answer) for vote in seen.panel.votes] == [
        ("kim", "keep"),
        ("mo", "maybe"),
    ]
    assert seen.panel.split
    assert "they differ" in "\n".join(card_lines(seen))


async def test_who_may_not_answer_is_not_told_to_vote_for_the_score(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    code = await stage.send(stage.song("one"), by="mo")

    told = "\n".join(card_lines(await _card(stage, code)))
    assert "Score hidden: this one is for others to answer" in told
    assert "until you have voted" not in told


async def test_once_a_panel_has_answered_who_did_not_vote_sees_it_all(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    await stage.appoint("kim")
    await stage.appoint("lou")
    code = await stage.send(stage.song("one"))
    for by in ("mo", "kim"):
        await stage.decide(code, by=by)

    seen = await _card(stage, code, "lou")
    assert seen.row.score is not None
    assert [vote.by for vote in seen.panel.votes or ()] == ["mo", "kim"]


async def test_who_sent_a_track_sees_nothing_on_its_card(stage: Stage) -> None:
    await stage.appoint("kim")
    code = await stage.send(stage.song("own"), by="mo")
    await stage.inside(
        lambda session: talk.note(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person("kim"),
            text="Weak bridge",
            now=stage.clock(),
        )
    )
    await stage.decide(code, Answer.MAYBE, by="kim")

    view = await _card(stage, code)
    assert (view.row.score, view.reasons, view.panel.votes, view.remarks) == (None, (), None, ())
    assert "is your own" in view.barred
    assert (await _card(stage, code, "kim")).remarks[0].text == "Weak bridge"


async def test_a_card_remembers_the_same_track_elsewhere(stage: Stage) -> None:
    await stage.playlist("Day Drive")
    await stage.appoint("mo", "Day Drive")
    link = stage.song("one")
    other = await stage.send(link, playlist="Day Drive")
    await stage.decide(other, Answer.DECLINE, reasons=("mix_muddy",))
    code = await stage.send(link)

    (line,) = (await _card(stage, code)).earlier
    assert (line.code, line.playlist, line.status) == (other, "Day Drive", "declined")
    assert f"Also {other} for Day Drive: declined" in "\n".join(
        card_lines(await _card(stage, code))
    )


async def test_an_answered_card_says_where_it_stands(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.decide(code)

    view = await _card(stage, code)
    assert (view.row.status, view.row.why) == ("kept", "kept, waited <1 h")


async def test_a_card_is_for_curators_and_its_showing_is_written_down(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    with pytest.raises(NotAllowedError):
        await _card(stage, code, "ana")
    await _card(stage, code, None)
    await _card(stage, code)

    async with stage.sessions() as session:
        (shown,) = await session.scalars(select(Exposure))
    assert (shown.slot, shown.why, shown.rule_version) == (1, "score", "rank-2")


async def test_next_is_the_next_of_the_suggested_order_and_skip_goes_on(stage: Stage) -> None:
    for number in range(4):
        await stage.send(stage.song(f"s{number}", percentile=10 + number), by=f"a{number}")
    order = [row.code for row in (await stage.queue()).rows]

    walked = [await _next(stage)]
    for _ in range(4):
        walked.append(await _next(stage, after=walked[-1]))
    assert walked == [*order, None]
    assert await _next(stage, after="T-0000") == order[0]


async def test_next_leaves_out_what_is_not_mine_to_review(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    await stage.appoint("kim")
    claimed, snoozed, voted, free = [
        await stage.send(stage.song(f"s{number}", percentile=70 - number), by=f"a{number}")
        for number in range(4)
    ]
    own = await stage.send(stage.song("own", percentile=79), by="mo")

    async def work(code: str, by: str) -> None:
        await stage.inside(
            lambda session: handling.claim(
                session,
                workspace_id=stage.workspace_id,
                code=code,
                person=console_person(by),
                now=stage.clock(),
            )
        )

    await work(claimed, "kim")
    await work(free, "mo")
    await stage.inside(
        lambda session: handling.snooze(
            session,
            workspace_id=stage.workspace_id,
            code=snoozed,
            person=console_person("mo"),
            until=stage.clock() + 2 * DAY,
            now=stage.clock(),
        )
    )
    await stage.decide(voted, by="mo")

    assert await _next(stage) == free
    assert await _next(stage, after=free) is None
    assert await _next(stage, by="kim") == own
    stage.clock.time += timedelta(hours=25)
    assert await _next(stage) == claimed


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        (["+ a", "+ b", "- c"], ["+ a", "+ b", "- c"]),
        (["+ a", "+ b", "+ c", "- d"], ["+ a", "+ b", "- d"]),
        (["+ a", "- c", "- d"], ["+ a", "- c", "- d"]),
        (["- a", "- b", "- c", "- d"], ["- a", "- b", "- c"]),
    ],
)
def test_at_most_three_reasons_are_told_and_one_is_against(
    reasons: list[str], told: list[str]
) -> None:
    assert list(told_reasons(reasons, SCORE)) == told


def test_where_nothing_speaks_against_a_track_its_interval_does() -> None:
    *_, last = told_reasons(["+ a", "+ b", "+ c"], SCORE)

    assert last == "- it may as well be 40 as 80: a guess from a short clip"
    assert told_reasons(["+ a"], None) == ()


async def test_an_answered_card_tells_its_answer_and_not_what_was_planned_before(
    stage: Stage,
) -> None:
    code = await stage.send(stage.song("one"))
    await stage.inside(
        lambda session: handling.claim(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person("mo"),
            now=stage.clock(),
        )
    )
    await stage.inside(
        lambda session: handling.snooze(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person("mo"),
            until=stage.clock() + 3 * DAY,
            now=stage.clock(),
        )
    )
    await stage.decide(code, Answer.KEEP)

    view = await _card(stage, code)

    assert view.row.why.startswith("kept")
    assert (view.snoozed_until, view.claimed_by_me, view.row.claimed_by) == (None, False, None)


async def test_a_card_says_whether_it_is_pinned(stage: Stage) -> None:
    code = await stage.send(stage.song("one"), by="ana")
    assert not (await _card(stage, code)).pinned

    await stage.inside(
        lambda session: handling.pin(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person("mo"),
            now=stage.clock(),
        )
    )

    assert (await _card(stage, code)).pinned


async def test_a_remark_of_somebody_who_is_forgotten_leaves_no_empty_line(stage: Stage) -> None:
    code = await stage.send(stage.song("one"), by="ana")
    await stage.inside(
        lambda session: talk.ask(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person("mo"),
            text="Who sings?",
            now=stage.clock(),
        )
    )
    assert "Who sings?" in "\n".join(card_lines(await _card(stage, code)))

    await privacy.delete_at(desk_of(stage), person=console_person("ana"))

    assert (await _card(stage, code)).remarks == ()
