"""Where a desk is used from: Discord servers and Slack teams, and what each of them has set up."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import RuleError
from bot.messages import plain
from bot.workflow import notices
from bot.workflow.desk import Desk
from bot.workflow.people import Person, require_admin
from db import workspace_settings, workspaces
from db.engine import reading
from db.models import Platform
from db.workspace_settings import ChatChanges, ChatSettings

_ZONE = "zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupView:
    """What a workspace has set up for one platform; `zone` None means the operator's."""

    platform: Platform
    chat: ChatSettings
    zone: str | None

    def to_json(self) -> dict[str, object]:
        chat = {field.name: getattr(self.chat, field.name) for field in fields(self.chat)}
        return {"platform": self.platform.value, **chat, "zone": self.zone}


async def desk_at(desk: Desk, *, platform: Platform, external_id: str, name: str) -> Desk:
    """Return the desk of a Discord server or a Slack team, opened at the first meeting.

    So that one running bot serves many servers; the operator's own workspace stays as it is.
    """
    # Nearly always it is known, and who only looks must not wait for those who write.
    async with reading(desk.sessions) as session:
        known = await workspaces.of_account(session, platform=platform, external_id=external_id)
        if known is not None:
            zone = await workspace_settings.zone(session, workspace_id=known.id)
            return replace(desk, workspace_id=known.id, zone=zone or desk.zone)
    async with desk.sessions.begin() as session:
        workspace = await workspaces.ensure_account(
            session,
            platform=platform,
            external_id=external_id,
            name=plain(name) or external_id,
            now=desk.now(),
        )
    return replace(desk, workspace_id=workspace.id)


async def show_setup(session: AsyncSession, *, workspace_id: int, platform: Platform) -> SetupView:
    """Return what is set up for a platform; nothing is set up at first."""
    return SetupView(
        platform=platform,
        chat=await workspace_settings.chat(session, workspace_id=workspace_id, platform=platform),
        zone=await workspace_settings.zone(session, workspace_id=workspace_id),
    )


async def change_setup(
    session: AsyncSession,
    *,
    workspace_id: int,
    person: Person,
    changes: ChatChanges,
    now: datetime,
    zone: str | None = None,
    platform: Platform | None = None,
) -> SetupView:
    """Set up what is named and leave the rest; NotAllowedError or RuleError where it cannot be.

    It is set up for `platform`, else for the platform that the person comes from. A new review
    channel gets its board, and the board of the old one says where it has gone.
    """
    require_admin(person)
    where = platform or person.platform
    if zone is not None:
        _require_zone(zone)
        await workspace_settings.put(session, workspace_id=workspace_id, key=_ZONE, value=zone)
    because = f"setup:{now.isoformat()}"
    # Once before: the board of a channel that is left is changed for the last time.
    await notices.refresh_board(session, workspace_id=workspace_id, because=because, at=now)
    await workspace_settings.change_chat(
        session, workspace_id=workspace_id, platform=where, **changes
    )
    await notices.refresh_board(session, workspace_id=workspace_id, because=because, at=now)
    return await show_setup(session, workspace_id=workspace_id, platform=where)


def _require_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RuleError(
            f"{plain(zone)!r} is no time zone. Write one as in Europe/Berlin.", rule="zone"
        ) from error
