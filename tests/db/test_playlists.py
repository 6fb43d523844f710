from datetime import time
from typing import Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from db import playlists
from db.models import AiPolicy
from tests.db.desk import NOW, Desk, open_desk


async def test_a_playlist_starts_with_the_rules_of_the_design(desk: Desk) -> None:
    new = await playlists.get(
        desk.session, workspace_id=desk.workspace_id, playlist_id=desk.playlist_id
    )

    assert new is not None
    assert (new.answer_days, new.intake_cap, new.waiting_per_artist) == (14, 40, 1)
    assert (new.per_member_7d, new.resubmit_after_days, new.votes_needed) == (2, 28, 1)
    assert (new.discovery_share, new.capacity, new.stay_days) == (0.2, 100, 60)
    assert (new.digest_weekday, new.digest_time, new.zone) == (5, time(17), "UTC")
    assert new.explicit_allowed
    assert not new.paused


@pytest.mark.parametrize("typed", ["Night Drive", "night drive", "  NIGHT   drive "])
async def test_a_playlist_is_found_however_its_name_is_typed(desk: Desk, typed: str) -> None:
    found = await playlists.by_name(desk.session, workspace_id=desk.workspace_id, name=typed)

    assert found is not None
    assert found.id == desk.playlist_id
    assert found.name == "Night Drive"


async def test_two_playlists_of_one_name_are_refused_whatever_the_case(desk: Desk) -> None:
    with pytest.raises(IntegrityError):
        await playlists.add(
            desk.session, workspace_id=desk.workspace_id, name="NIGHT drive", now=NOW
        )


async def test_a_change_leaves_the_other_rules(desk: Desk) -> None:
    changed = await playlists.change(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        per_member_7d=None,
        ai_policy=AiPolicy.NONE,
        zone="Europe/Berlin",
    )
    await desk.session.commit()

    again = await playlists.get(
        desk.session, workspace_id=desk.workspace_id, playlist_id=desk.playlist_id
    )
    assert again is changed
    assert again is not None
    assert (again.per_member_7d, again.ai_policy, again.zone) == (
        None,
        AiPolicy.NONE,
        "Europe/Berlin",
    )
    assert again.answer_days == 14


@pytest.mark.parametrize("zone", ["Berlin", "", "../etc/passwd", "Europe/"])
async def test_a_zone_that_nobody_knows_is_refused(desk: Desk, zone: str) -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        await playlists.change(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            zone=zone,
        )


async def test_another_workspace_sees_and_changes_nothing(desk: Desk) -> None:
    other = await open_desk(desk.session, "other")
    found = await playlists.get(
        desk.session, workspace_id=other.workspace_id, playlist_id=desk.playlist_id
    )
    changed = await playlists.change(
        desk.session,
        workspace_id=other.workspace_id,
        playlist_id=desk.playlist_id,
        paused=True,
    )

    assert found is None
    assert changed is None
    listed = await playlists.list_all(desk.session, workspace_id=other.workspace_id)
    assert [playlist.id for playlist in listed] == [other.playlist_id]


async def test_playlists_are_listed_by_name(desk: Desk) -> None:
    for name in ("zebra", "Alpha"):
        await playlists.add(desk.session, workspace_id=desk.workspace_id, name=name, now=NOW)

    listed = await playlists.list_all(desk.session, workspace_id=desk.workspace_id)
    assert [playlist.name for playlist in listed] == ["Alpha", "Night Drive", "zebra"]


@given(st.text())
def test_a_name_has_one_key_whatever_its_case_and_spaces(name: str) -> None:
    key = playlists.name_key(name)

    assert playlists.name_key(f"  {name}\n") == key
    assert playlists.name_key(key) == key


async def test_a_playlist_that_becomes_a_panel_hides_scores_unless_told_otherwise(
    desk: Desk,
) -> None:
    workspace_id, playlist_id = desk.workspace_id, desk.playlist_id

    async def change(**rules: Unpack[playlists.Rules]) -> bool:
        changed = await playlists.change(
            desk.session, workspace_id=workspace_id, playlist_id=playlist_id, **rules
        )
        assert changed is not None
        return changed.hide_scores

    before = await playlists.get(desk.session, workspace_id=workspace_id, playlist_id=playlist_id)
    assert before is not None
    assert not before.hide_scores

    assert await change(votes_needed=2)
    # Who has said what they want is not asked again by a larger panel.
    assert not await change(hide_scores=False)
    assert not await change(votes_needed=3)

    new = await playlists.add(
        desk.session, workspace_id=desk.workspace_id, name="Panel", now=NOW, votes_needed=2
    )
    assert new.hide_scores
