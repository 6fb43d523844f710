"""Setting a server or team up: how it stands, and each change. Every chat draws its own wizard."""

from dataclasses import dataclass

from bot.chat.visit import Visit
from bot.curation import Seeded
from bot.workflow import places, seeds
from bot.workflow.people import require_admin
from bot.workflow.places import SetupView
from db.workspace_settings import ChatChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSetup:
    """What is set up where somebody is; `zone` is the desk's own where they chose none."""

    view: SetupView
    zone: str
    playlists: tuple[Seeded, ...]


async def setup_of(visit: Visit) -> PlaceSetup:
    """Return how the place of the visit is set up; NotAllowedError for who does not manage it."""
    require_admin(visit.person)
    desk = visit.desk
    async with desk.sessions() as session:
        view = await places.show_setup(
            session, workspace_id=desk.workspace_id, platform=visit.person.platform
        )
        playlists = await seeds.overview(session, workspace_id=desk.workspace_id)
    return PlaceSetup(view=view, zone=view.zone or desk.zone, playlists=tuple(playlists))


async def change(visit: Visit, changes: ChatChanges, *, zone: str | None = None) -> None:
    """Set up what is named and leave the rest."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        await places.change_setup(
            session,
            workspace_id=desk.workspace_id,
            person=visit.person,
            changes=changes,
            now=desk.now(),
            zone=zone,
        )
