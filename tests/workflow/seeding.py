"""Seeds of the stage's playlist, as who looks after it pastes, hears and takes them out."""

from typing import Final

from bot.curation import SeedsView
from bot.workflow import seed_hearing
from bot.workflow.people import Person, console_person
from bot.workflow.seeds import add_seeds, remove_seeds, show_seeds
from tests.workflow.stage import (
    MINUTE,
    NIGHT,
    Stage,
)

BOSS: Final = console_person("boss")


async def add(stage: Stage, text: str, *, person: Person = BOSS) -> SeedsView:
    return await stage.inside(
        lambda session: add_seeds(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            person=person,
            text=text,
            now=stage.clock.time,
        )
    )


async def remove(stage: Stage, text: str | None, *, person: Person = BOSS) -> SeedsView:
    return await stage.inside(
        lambda session: remove_seeds(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            person=person,
            text=text,
            now=stage.clock.time,
        )
    )


async def show(stage: Stage, *, person: Person = BOSS) -> SeedsView:
    return await stage.inside(
        lambda session: show_seeds(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            person=person,
            now=stage.clock.time,
        )
    )


async def hear(stage: Stage, *, minutes: float | None = None) -> int:
    until = None if minutes is None else stage.clock.time + minutes * MINUTE
    return await seed_hearing.hear_due(
        workspace_id=stage.workspace_id,
        sessions=stage.sessions,
        services=stage.services,
        now=stage.clock,
        until=until,
        dice=lambda: 0.0,
    )


def states(view: SeedsView) -> list[tuple[str, str | None]]:
    return [(row.state.value, row.reason) for row in view.rows]
