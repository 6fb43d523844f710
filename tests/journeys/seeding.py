"""Seeds are heard as the tick would have them heard."""

from sqlalchemy import select

from bot.workflow import seed_hearing
from db.models import Seed
from tests.workflow.stage import Stage


async def hear_seeds(stage: Stage) -> None:
    """Hear all seeds that are due, of whichever place."""
    async with stage.sessions() as session:
        places = set(await session.scalars(select(Seed.workspace_id)))
    for workspace_id in places:
        await seed_hearing.hear_due(
            workspace_id=workspace_id,
            sessions=stage.sessions,
            services=stage.services,
            now=stage.clock,
        )
