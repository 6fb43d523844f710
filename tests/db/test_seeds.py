"""Seed tracks: added once, taken by one at a time, heard once, and held against what comes in."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db import outdated, playlists, scores, seeds
from db.models import Seed, Track
from tests.db.desk import NOW, Desk, score_of

MINUTE = timedelta(minutes=1)


async def add(desk: Desk, *spotify_ids: str, at: datetime = NOW) -> int:
    added = await seeds.add(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        spotify_ids=spotify_ids,
        at=at,
    )
    return added.new


async def all_of(desk: Desk, playlist_id: int | None = None) -> list[Seed]:
    return await seeds.of_playlist(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=playlist_id or desk.playlist_id,
    )


async def take(desk: Desk, *, now: datetime = NOW) -> Seed | None:
    return await seeds.take(
        desk.session, workspace_id=desk.workspace_id, now=now, until=now + 10 * MINUTE
    )


async def taken(desk: Desk, *, now: datetime = NOW) -> Seed:
    seed = await take(desk, now=now)
    assert seed is not None
    return seed


async def holds(desk: Desk, *, spotify_id: str | None = None, track: Track | None = None) -> bool:
    return await seeds.holds(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        spotify_id=spotify_id,
        track=track,
    )


def ids(rows: Collection[Seed]) -> list[str]:
    return [row.spotify_id for row in rows]


async def test_seeds_are_added_once_and_keep_their_order(desk: Desk) -> None:
    assert await add(desk, "b", "a", "b") == 2
    assert await add(desk, "a", "c") == 1
    assert ids(await all_of(desk)) == ["b", "a", "c"]


async def test_a_seed_that_was_given_up_is_tried_anew_when_it_is_added_again(desk: Desk) -> None:
    await add(desk, "a")
    await seeds.settle(desk.session, await taken(desk), reason="no_preview", failing_since=NOW)
    assert await take(desk, now=NOW + 60 * MINUTE) is None

    await add(desk, "a", at=NOW + MINUTE)
    (row,) = await all_of(desk)
    assert (row.due_at, row.reason, row.failing_since) == (NOW + MINUTE, None, None)


async def test_a_heard_seed_is_not_heard_again_when_it_is_added_again(desk: Desk) -> None:
    await desk.hear_seed(await desk.track("a"))
    assert await add(desk, "a") == 0
    (row,) = await all_of(desk)
    assert (row.due_at, row.heard_at) == (None, NOW)


async def test_the_seed_that_is_due_longest_is_taken_and_is_nobody_elses(desk: Desk) -> None:
    await add(desk, "late", at=NOW + MINUTE)
    await add(desk, "early", "next")
    now = NOW + MINUTE

    assert [(await taken(desk, now=now)).spotify_id for _ in range(3)] == ["early", "next", "late"]
    assert await take(desk, now=now) is None
    # Whoever took it has died.
    assert (await taken(desk, now=now + 10 * MINUTE)).spotify_id == "late"


async def test_two_workers_never_take_one_seed(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    await add(desk, "a", "b")
    await desk.session.commit()

    async def work() -> str:
        async with make_session.begin() as session:
            seed = await seeds.take(
                session, workspace_id=desk.workspace_id, now=NOW, until=NOW + MINUTE
            )
        assert seed is not None
        return seed.spotify_id

    assert sorted(await asyncio.gather(work(), work())) == ["a", "b"]


async def test_seeds_are_counted_by_playlist(desk: Desk) -> None:
    await add(desk, "again", "given up")
    await seeds.settle(desk.session, await taken(desk), reason="quota", due_at=NOW + MINUTE)
    await seeds.settle(desk.session, await taken(desk), reason="no_preview")
    await desk.hear_seed(await desk.track("heard"))
    other = await playlists.add(
        desk.session, workspace_id=desk.workspace_id, name="Slow Morning", now=NOW
    )

    counts = await seeds.counts(desk.session, workspace_id=desk.workspace_id)
    assert counts == {desk.playlist_id: seeds.Count(seeds=3, heard=1, waiting=1)}
    assert await all_of(desk, other.id) == []


async def test_what_is_due_is_told(desk: Desk) -> None:
    async def any_due(now: datetime) -> bool:
        return await seeds.any_due(desk.session, workspace_id=desk.workspace_id, now=now)

    await add(desk, "a")
    assert await any_due(NOW)
    await taken(desk)
    assert not await any_due(NOW + MINUTE)
    assert await any_due(NOW + 10 * MINUTE)


async def test_what_is_due_waits_together_and_what_somebody_has_does_not(desk: Desk) -> None:
    await add(desk, "in hand", "failed before", "due")
    hand, failed = await taken(desk), await taken(desk)
    await seeds.settle(desk.session, failed, reason="quota", due_at=NOW, failing_since=NOW - MINUTE)

    await seeds.put_off(
        desk.session,
        workspace_id=desk.workspace_id,
        now=NOW,
        until=NOW + MINUTE,
        reason="source_down",
        failing_since=NOW,
    )
    rows = {row.spotify_id: row for row in await all_of(desk)}
    assert (rows["in hand"].reason, hand.spotify_id) == (None, "in hand")
    assert rows["failed before"].failing_since == NOW - MINUTE
    assert (rows["due"].due_at, rows["due"].reason) == (NOW + MINUTE, "source_down")
    assert rows["due"].failing_since == NOW


async def test_a_seed_in_hand_is_not_taken_again_when_it_is_pasted_again(desk: Desk) -> None:
    await add(desk, "a")
    await taken(desk)
    await add(desk, "a", at=NOW + MINUTE)
    assert await take(desk, now=NOW + MINUTE) is None


async def test_a_seed_that_was_taken_out_leaves_nothing_to_the_next_one(desk: Desk) -> None:
    await add(desk, "old")
    old, track = await taken(desk), await desk.track("old")
    await seeds.remove(desk.session, workspace_id=desk.workspace_id, playlist_id=desk.playlist_id)
    # SQLite gives it the number of the old one.
    await add(desk, "new")

    await seeds.identify(desk.session, old, track_id=track.id)
    await seeds.settle(desk.session, old, heard_at=NOW)
    (new,) = await all_of(desk)
    assert (new.track_id, new.heard_at, new.due_at) == (None, None, NOW)


async def test_some_are_taken_out_or_all(desk: Desk) -> None:
    await add(desk, "a", "b", "c")

    async def remove(spotify_ids: list[str] | None = None) -> int:
        return await seeds.remove(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            spotify_ids=spotify_ids,
        )

    assert await remove(["b", "nowhere"]) == 1
    assert ids(await all_of(desk)) == ["a", "c"]
    assert await remove() == 2
    assert await all_of(desk) == []


async def test_a_playlist_holds_a_seed_under_any_of_its_ids(desk: Desk) -> None:
    await desk.hear_seed(await desk.track("seed", isrc="XXEM10600001"))
    await add(desk, "not looked up")
    same = await desk.track("single", isrc="XXEM10600001", duration_ms=None)
    other = await desk.track("other", isrc="XXEM10600002", title_key="another")

    assert await holds(desk, spotify_id="seed")
    assert await holds(desk, spotify_id="not looked up")
    assert await holds(desk, track=same)
    assert await holds(desk, track=await desk.track("not looked up", title_key="new", isrc="X"))
    assert not await holds(desk, spotify_id="other", track=other)
    assert not await holds(desk)


async def test_a_seed_of_another_playlist_is_not_held_here(desk: Desk) -> None:
    other = await playlists.add(
        desk.session, workspace_id=desk.workspace_id, name="Slow Morning", now=NOW
    )
    await seeds.add(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=other.id,
        spotify_ids=["a"],
        at=NOW,
    )
    assert not await holds(desk, spotify_id="a")


async def test_a_heard_seed_counts_among_what_the_playlist_sounds_like(
    desk: Desk,
) -> None:
    track = await desk.track("one")
    scored = await scores.put(desk.session, score_of(track))

    async def sound() -> dict[int, int]:
        found = await scores.of_playlist(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            statuses=[],
        )
        return {track_id: row.id for track_id, row in found.items()}

    assert await sound() == {}
    await desk.hear_seed(track)
    assert await sound() == {track.id: scored.id}


async def test_a_seed_of_another_model_is_outdated_though_nobody_sent_it(
    desk: Desk,
) -> None:
    track = await desk.track("one")
    scored = await scores.put(desk.session, score_of(track))
    await desk.hear_seed(track)

    (found,) = await outdated.outdated(
        desk.session, workspace_id=desk.workspace_id, model_version="newer"
    )
    assert (found.track.id, found.score.id, found.submissions) == (track.id, scored.id, ())
    same = await outdated.outdated(
        desk.session, workspace_id=desk.workspace_id, model_version=scored.model_version
    )
    assert same == []
