"""Looking after playlists and the blocklist: who may, what may be typed, what it does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAllowedError, NotFoundError, RuleError
from bot.workflow import blocklist, manage
from bot.workflow.manage import PlaylistView
from bot.workflow.people import Person, console_person
from bot.workflow.playlist_rules import SETTINGS, RuleSetting, parse_rules
from db.models import AiPolicy, Platform, Role
from db.playlists import Rules
from tests.workflow.stage import DAY, NIGHT, NOW, Stage, link_of

ADMIN = replace(console_person("mo"), admin=True)
SOMEBODY = console_person("ana")


def values(view: PlaylistView) -> dict[str, str]:
    return {setting.key: setting.value for setting in view.settings}


async def _edit(
    stage: Stage, changes: Mapping[str, str], *, person: Person = ADMIN, playlist: str = NIGHT
) -> PlaylistView:
    return await stage.inside(
        lambda session: manage.edit_playlist(
            session,
            workspace_id=stage.workspace_id,
            playlist=playlist,
            person=person,
            changes=changes,
            now=stage.clock(),
        )
    )


def test_every_rule_but_the_dates_can_be_typed() -> None:
    # The dates are set by opening and closing.
    by_command = {"opens_at", "closes_at", "paused"}

    assert {setting.key for setting in SETTINGS} == set(get_type_hints(Rules)) - by_command


def test_the_documentation_names_every_rule() -> None:
    told = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")

    assert [one.key for one in SETTINGS if f"`{one.key}`" not in told] == []


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("intake_cap", " 40 ", 40),
        ("intake_cap", "None", None),
        ("ai_policy", "Declared", AiPolicy.DECLARED),
        ("explicit_allowed", "No", False),
        ("genres", "Techno,  House , Techno,", ["Techno", "House"]),
        ("genres", "none", []),
        ("digest_weekday", "Fri", 5),
        ("digest_weekday", "7", 7),
        ("discovery_share", "0.25", 0.25),
        ("zone", "Europe/Berlin", "Europe/Berlin"),
        (
            "spotify_playlist_id",
            "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M?si=1",
            "37i9dQZF1DXcBWIGoYBM5M",
        ),
    ],
)
def test_rules_are_read_as_people_type_them(key: str, text: str, value: object) -> None:
    assert dict(parse_rules({key: text})) == {key: value}


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("intake_cap", "0", "a whole number from 1 to 10000"),
        ("intake_cap", "many", "a whole number from 1 to 10000"),
        ("answer_days", "none", "a whole number from 1 to 365"),
        ("votes_needed", "-1", "a whole number"),
        ("ai_policy", "never", "one of allow, declared, none"),
        ("explicit_allowed", "perhaps", "yes or no"),
        ("digest_weekday", "t", "a day of the week"),
        ("digest_weekday", "8", "a day of the week"),
        ("digest_time", "5pm", "a time of the day"),
        ("digest_time", "17:00+01:00", "without a zone"),
        ("discovery_share", "nan", "a number from 0 to 1"),
        ("zone", "Berlin", "an IANA time zone"),
        ("spotify_playlist_id", "https://example.com/x", "a link to a Spotify playlist"),
        ("intake_capp", "1", "Did you mean intake_cap?"),
        ("x", "1", "There are: intake_cap"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_with_what_can(key: str, text: str, told: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rules({key: text})
    assert told in str(caught.value)


@given(
    setting=st.sampled_from(SETTINGS),
    text=st.text(max_size=30) | st.integers(-2, 40).map(str) | st.sampled_from(["yes", "fri"]),
)
def test_any_text_is_a_value_that_can_be_shown_and_typed_again_or_one_sentence(
    setting: RuleSetting, text: str
) -> None:
    try:
        (value,) = parse_rules({setting.key: text}).values()
    except RuleError:
        return
    assert list(parse_rules({setting.key: setting.show(value)}).values()) == [value]


async def test_what_a_playlist_shows_can_be_typed_again(stage: Stage) -> None:
    view = await _edit(stage, {"genres": "Techno, House", "digest_time": "09:30"})

    assert values(view)["genres"] == "Techno, House"
    assert values(view)["digest_weekday"] == "friday"
    assert values(await _edit(stage, values(view))) == values(view)


async def test_one_wrong_rule_changes_none(stage: Stage) -> None:
    with pytest.raises(RuleError):
        await _edit(stage, {"answer_days": "7", "intake_cap": "lots"})

    assert values(await _edit(stage, {}))["answer_days"] == "14"


async def test_a_new_playlist_has_the_proposed_rules_and_its_maker_looks_after_it(
    stage: Stage,
) -> None:
    view = await stage.inside(
        lambda session: manage.add_playlist(
            session,
            workspace_id=stage.workspace_id,
            person=ADMIN,
            name="  Slow   Motion ",
            now=NOW,
            zone="Europe/Berlin",
            changes={"answer_days": "10"},
        )
    )

    assert view.name == "Slow Motion"
    chosen = values(view)
    assert (chosen["intake_cap"], chosen["waiting_per_artist"]) == ("40", "1")
    assert (chosen["per_member_7d"], chosen["ownership_required"]) == ("2", "yes")
    assert (chosen["answer_days"], chosen["zone"]) == ("10", "Europe/Berlin")
    assert [(one.name, one.role) for one in view.reviewers] == [("mo", Role.ADMIN)]
    # Even where the platform no longer says that they manage the server.
    await _edit(stage, {"answer_days": "9"}, person=console_person("mo"), playlist="slow motion")


async def test_nobody_but_who_looks_after_it_changes_a_playlist(stage: Stage) -> None:
    # A curator of the playlist, who may not change its rules.
    for person in (SOMEBODY, console_person("mo")):
        with pytest.raises(NotAllowedError):
            await _edit(stage, {"answer_days": "1"}, person=person)
    with pytest.raises(NotAllowedError):
        await stage.inside(
            lambda session: manage.add_playlist(
                session,
                workspace_id=stage.workspace_id,
                person=SOMEBODY,
                name="Mine",
                now=NOW,
            )
        )


@pytest.mark.parametrize("name", ["", "\u200b", "night  DRIVE"])
async def test_a_playlist_needs_a_name_of_its_own(stage: Stage, name: str) -> None:
    with pytest.raises(RuleError):
        await stage.inside(
            lambda session: manage.add_playlist(
                session, workspace_id=stage.workspace_id, person=ADMIN, name=name, now=NOW
            )
        )


async def test_a_playlist_closes_until_a_date_and_opens_by_itself(stage: Stage) -> None:
    await stage.inside(
        lambda session: manage.close_playlist(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            person=ADMIN,
            now=NOW,
            opens_at=NOW + 3 * DAY,
        )
    )

    with pytest.raises(RuleError, match="opens on 21 Nov 2026") as caught:
        await stage.submit(link_of("one"))
    assert caught.value.possible_at == NOW + 3 * DAY
    stage.clock.time = NOW + 3 * DAY
    await stage.submit(link_of("one"))


async def test_a_playlist_that_is_closed_for_now_opens_when_it_is_opened(stage: Stage) -> None:
    await stage.inside(
        lambda session: manage.close_playlist(
            session, workspace_id=stage.workspace_id, playlist=NIGHT, person=ADMIN, now=NOW
        )
    )
    with pytest.raises(RuleError, match="closed at the moment"):
        await stage.submit(link_of("one"))

    await stage.inside(
        lambda session: manage.open_playlist(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            person=ADMIN,
            now=NOW,
            until=NOW + DAY,
        )
    )
    await stage.submit(link_of("one"))
    stage.clock.time = NOW + DAY
    with pytest.raises(RuleError, match="closed at the moment"):
        await stage.submit(link_of("two"))


@pytest.mark.parametrize("off", [timedelta(0), -DAY])
async def test_nothing_opens_or_closes_in_the_past(stage: Stage, off: timedelta) -> None:
    with pytest.raises(RuleError, match="in the future"):
        await stage.inside(
            lambda session: manage.open_playlist(
                session,
                workspace_id=stage.workspace_id,
                playlist=NIGHT,
                person=ADMIN,
                now=NOW,
                until=NOW + off,
            )
        )
    with pytest.raises(RuleError, match="in the future"):
        await stage.inside(
            lambda session: manage.close_playlist(
                session,
                workspace_id=stage.workspace_id,
                playlist=NIGHT,
                person=ADMIN,
                now=NOW,
                opens_at=NOW + off,
            )
        )


async def test_people_and_roles_are_let_review_and_no_longer(stage: Stage) -> None:
    manager = Person(platform=Platform.DISCORD, external_id="U9", name="Kim", admin=True)

    async def change(door: str, whom: Person | str) -> list[str]:
        async with stage.sessions.begin() as session:
            if door == "grant":
                view = await manage.grant(
                    session,
                    workspace_id=stage.workspace_id,
                    playlist=NIGHT,
                    person=manager,
                    to=whom,
                    now=NOW,
                )
            else:
                view = await manage.revoke(
                    session,
                    workspace_id=stage.workspace_id,
                    playlist=NIGHT,
                    person=manager,
                    of=whom,
                    now=NOW,
                )
        return [one.name for one in view.reviewers]

    assert await change("grant", SOMEBODY) == ["mo", "ana"]
    assert await change("grant", "77") == ["mo", "ana", "77"]
    assert await change("revoke", SOMEBODY) == ["mo", "77"]
    assert await change("revoke", "77") == ["mo"]
    for whom in (SOMEBODY, "77"):
        with pytest.raises(NotFoundError):
            await change("revoke", whom)


async def test_a_block_is_added_listed_and_lifted_by_who_manages_the_server(
    stage: Stage,
) -> None:
    async def add(
        whom: Person | str, *, person: Person = ADMIN, reason: str = "spam", days: int | None = 7
    ) -> list[str]:
        async with stage.sessions.begin() as session:
            view = await blocklist.add_block(
                session,
                workspace_id=stage.workspace_id,
                person=person,
                whom=whom,
                reason=reason,
                days=days,
                now=stage.clock(),
            )
        return [f"{row.kind} {row.name}: {row.reason}" for row in view.rows]

    async def remove(whom: Person | str) -> int:
        async with stage.sessions.begin() as session:
            view = await blocklist.remove_block(
                session,
                workspace_id=stage.workspace_id,
                person=ADMIN,
                whom=whom,
                now=stage.clock(),
            )
        return len(view.rows)

    assert await add(SOMEBODY) == ["user ana: spam"]
    assert await add(SOMEBODY, reason="more spam") == ["user ana: more spam"]
    assert await add("The Loud Band", days=None) == [
        "artist The Loud Band: spam",
        "user ana: more spam",
    ]
    with pytest.raises(RuleError, match="more spam"):
        await stage.submit(link_of("one"))

    assert await remove(SOMEBODY) == 1
    await stage.submit(link_of("one"))
    assert await remove("the loud band") == 0
    with pytest.raises(NotFoundError):
        await remove("the loud band")
    with pytest.raises(RuleError, match="Say why"):
        await add("x", reason=" ")
    with pytest.raises(RuleError, match="1 to 3650 days"):
        await add("x", days=0)
    with pytest.raises(RuleError, match="yourself"):
        await add(ADMIN)
    with pytest.raises(NotAllowedError):
        await add("x", person=SOMEBODY)


async def test_a_block_that_has_ended_is_no_longer_listed(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await blocklist.add_block(
            session,
            workspace_id=stage.workspace_id,
            person=ADMIN,
            whom="Band",
            reason="spam",
            days=1,
            now=NOW,
        )
        view = await blocklist.show_blocklist(
            session, workspace_id=stage.workspace_id, person=ADMIN, now=NOW + DAY
        )

    assert view.rows == ()
