"""Whether an answer helped who got it: said by the artist, read by the curators."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDoneError
from bot.workflow.people import Person
from bot.workflow.versions import own_version
from db import decisions, members
from db.status import Status


async def say_useful(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, useful: bool
) -> None:
    """Note whether a decline was of use to its artist, who may change their mind.

    Raises NotFoundError, NotAllowedError, or AlreadyDoneError where the answer was taken back.
    """
    member = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    own = await own_version(session, workspace_id=workspace_id, code=code, member=member)
    noted = own.status is Status.DECLINED and await decisions.note_useful(
        session, workspace_id=workspace_id, submission_id=own.id, useful=useful
    )
    if not noted:
        raise AlreadyDoneError(f"The answer to {own.code} was taken back, so it counts no more.")
