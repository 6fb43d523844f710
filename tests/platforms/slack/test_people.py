"""Who somebody is on Slack: guests and people of connected teams are artists and nothing else."""

from typing import Any

import pytest

from bot.platforms.slack.people import caller_of

HOME = "T0HOME"
BOSS: dict[str, Any] = {
    "id": "U1",
    "team_id": HOME,
    "is_admin": True,
    "tz": "Asia/Tokyo",
    "profile": {"display_name": "Nina"},
}


def test_an_admin_of_the_team_manages_it_and_has_their_groups() -> None:
    caller = caller_of(BOSS, HOME, frozenset({"S1"}))

    assert (caller.person.name, caller.zone) == ("Nina", "Asia/Tokyo")
    assert (caller.person.admin, caller.person.guest) == (True, False)
    assert caller.person.role_ids == {"S1"}


@pytest.mark.parametrize(
    "told",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        {"team_id": "T0OTHER"},
        {"team_id": "T0OTHER", "enterprise_user": {"teams": ["T0THIRD"]}},
    ],
)
def test_who_is_from_outside_manages_nothing(told: dict[str, Any]) -> None:
    caller = caller_of(BOSS | told, HOME, frozenset())

    assert (caller.person.admin, caller.person.guest) == (False, True)


def test_another_team_of_the_same_enterprise_is_no_stranger() -> None:
    told = BOSS | {"team_id": "T0OTHER", "enterprise_user": {"teams": [HOME, "T0OTHER"]}}

    assert caller_of(told, HOME, frozenset()).person.admin


@pytest.mark.parametrize("key", ["display_name", "real_name"])
def test_a_name_is_the_first_that_somebody_has(key: str) -> None:
    told = BOSS | {"name": "nina.k", "profile": {"display_name": "", key: "Nina K"}}

    assert caller_of(told, HOME, frozenset()).person.name == "Nina K"
