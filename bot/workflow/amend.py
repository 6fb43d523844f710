"""An artist helps a submission that has no score yet: says yes, or sends the file."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDoneError, NotAllowedError, WeakMatchError
from bot.texts import status_words
from bot.workflow.naming import typed
from bot.workflow.people import Person
from bot.workflow.review import find_submission
from bot.workflow.submit import OwnFile
from db import members, submissions
from db.models import Submission
from db.status import WAITING


async def confirmable(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person
) -> int:
    """Return the id of the person's own submission whose match waits for a yes.

    Raises NotFoundError, NotAllowedError or AlreadyDoneError.
    """
    submission = await _own_unscored(session, workspace_id, code, person)
    if submission.unscored_reason != WeakMatchError.kind:
        raise AlreadyDoneError(f"There is no recording to confirm for {submission.code}.")
    return submission.id


async def attach(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, upload: OwnFile
) -> int:
    """Tie a file to the person's own unscored submission, and return its id.

    Raises NotFoundError, NotAllowedError or AlreadyDoneError.
    """
    submission = await _own_unscored(session, workspace_id, code, person)
    await submissions.record_upload(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        sha256=upload.sha256,
        name=typed(upload.name) or "file",
    )
    return submission.id


async def _own_unscored(
    session: AsyncSession, workspace_id: int, code: str, person: Person
) -> Submission:
    submission = await find_submission(session, workspace_id, code)
    member = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    if member is None or member.id != submission.member_id:
        raise NotAllowedError(f"{submission.code} is not yours.")
    if submission.status not in WAITING:
        raise AlreadyDoneError(
            f"{submission.code} is already over: {status_words(submission.status)}."
        )
    if submission.unscored_reason is None:
        raise AlreadyDoneError(f"{submission.code} needs nothing from you.")
    return submission
