"""What a year makes forgotten, and whom it leaves known."""

from datetime import timedelta

from sqlalchemy import delete, select

from bot.workflow import privacy
from db import blocks, moves
from db import privacy as kept
from db.models import (
    Answer,
    Identity,
    Member,
    PlaylistCurator,
    Status,
)
from tests.workflow.stage import DAY, NOW, Stage
from tests.workflow.test_places import desk_of


async def _members(stage: Stage) -> list[Member]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Member).order_by(Member.id)))


async def test_what_was_over_a_year_ago_loses_its_name(stage: Stage) -> None:
    desk = desk_of(stage)
    old = await stage.send(stage.song("one"), by="ana")
    await stage.decide(old, Answer.DECLINE, reasons=("no_room",), note="Sorry, Ana!")
    on_air = await stage.send(stage.song("two"), by="ben")
    await stage.decide(on_air, Answer.KEEP)
    placed = await stage.send(stage.song("four"), by="dora")
    await stage.decide(placed, Answer.KEEP)
    row = await stage.row(placed)
    await stage.inside(
        lambda session: moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=Status.PLACED,
            actor=None,
            at=NOW,
        )
    )
    stage.clock.time = NOW + 300 * DAY
    young = await stage.send(stage.song("three"), by="cleo")
    await stage.withdraw(young, by="cleo")

    stage.clock.time = NOW + privacy.RETENTION
    assert await privacy.retire_at(desk) == 0
    stage.clock.time += timedelta(seconds=1)
    assert await privacy.retire_at(desk) == 1
    assert await privacy.retire_at(desk) == 0

    codes = (old, on_air, placed, young)
    names = [(await stage.row(code)).member.display_name for code in codes]
    assert names == [kept.NOBODY, "ben", "dora", "cleo"]
    # What curators did to it is theirs as before.
    people = {one.id: one.display_name for one in await _members(stage)}
    acted = [people[one.actor_id] for one in await stage.history(old) if one.actor_id is not None]
    assert acted == [kept.NOBODY, "mo"]
    assert (await stage.status("ana")).rows == ()
    # Nothing of ana's is left, so that nobody needs to know her.
    assert {one.display_name for one in await _members(stage)} == {
        kept.NOBODY,
        "mo",
        "ben",
        "cleo",
        "dora",
    }
    async with stage.sessions() as session:
        assert not await session.scalar(select(Identity).where(Identity.external_id == "ana"))


async def test_who_is_kept_out_or_has_voted_is_still_known_after_a_year(stage: Stage) -> None:
    people = {name: await stage.appoint(name) for name in ("ben", "kim", "lou")}
    await stage.playlist(votes_needed=2)
    await stage.decide(await stage.send(stage.song("one")), by="kim")
    async with stage.sessions.begin() as session:
        await blocks.put(
            session,
            workspace_id=stage.workspace_id,
            name="ben",
            reason="Bought streams.",
            now=NOW,
            member_id=people["ben"],
        )
        await session.execute(delete(PlaylistCurator))
    stage.clock.time = NOW + privacy.RETENTION + DAY

    await privacy.retire_at(desk_of(stage))

    known = {one.display_name for one in await _members(stage)}
    assert (known & set(people), kept.NOBODY in known) == ({"ben", "kim"}, True)
