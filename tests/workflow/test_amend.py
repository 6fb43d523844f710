"""An artist's help for a track without a score: a yes to a doubtful match, or the file itself."""

from collections.abc import Awaitable, Callable

import pytest

from bot.errors import AlreadyDoneError, NotAllowedError, NotFoundError, WeakMatchError
from bot.workflow import amend
from bot.workflow.outcome import Outcome
from bot.workflow.people import console_person
from bot.workflow.submit import Accepted, OwnFile
from db.models import Answer, Status
from tests.workflow.stage import OWN_FILE, Stage, link_of, open_stage

WEAK = WeakMatchError("Deezer", title="Other", artists=("Somebody",))

Door = Callable[..., Awaitable[int]]


async def _weak(stage: Stage) -> Accepted:
    stage.troubles.once["ladder"] = WEAK
    accepted = await stage.submit(stage.song("one"))
    await stage.process(accepted)
    return accepted


async def _confirm(stage: Stage, code: str, *, by: str = "ana") -> int:
    return await stage.inside(
        lambda session: amend.confirmable(
            session, workspace_id=stage.workspace_id, code=code, person=console_person(by)
        )
    )


async def _attach(stage: Stage, code: str, *, by: str = "ana", upload: OwnFile = OWN_FILE) -> int:
    stage.files.kept[upload.sha256] = b"own file" + bytes([40])
    return await stage.inside(
        lambda session: amend.attach(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            upload=upload,
        )
    )


BOTH = pytest.mark.parametrize("door", [_confirm, _attach])


async def test_a_doubtful_match_can_be_confirmed_by_its_artist(stage: Stage) -> None:
    accepted = await _weak(stage)

    assert await _confirm(stage, accepted.receipt.code.lower()) == accepted.submission_id


async def test_a_file_sent_later_is_what_gets_scored(stage: Stage) -> None:
    accepted = await _weak(stage)

    assert await _attach(stage, accepted.receipt.code) == accepted.submission_id
    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    row = await stage.row(accepted.receipt.code)
    assert (row.upload_name, row.audio_origin) == (OWN_FILE.name, "upload")
    assert (row.status, row.unscored_reason) == (Status.QUEUED, None)
    assert stage.files.kept == {}


async def test_a_file_whose_name_shows_nothing_is_called_file(stage: Stage) -> None:
    accepted = await _weak(stage)
    await _attach(stage, accepted.receipt.code, upload=OwnFile(sha256="a" * 64, name="\u200b\x00"))

    assert (await stage.row(accepted.receipt.code)).upload_name == "file"


@BOTH
@pytest.mark.parametrize("person", ["ben", "mo"])
async def test_only_the_artist_is_asked(stage: Stage, door: Door, person: str) -> None:
    await stage.submit(link_of("bens"), by="ben")
    accepted = await _weak(stage)

    with pytest.raises(NotAllowedError, match="not yours"):
        await door(stage, accepted.receipt.code, by=person)


@BOTH
async def test_somebody_never_met_is_nobody_s_artist(stage: Stage, door: Door) -> None:
    accepted = await _weak(stage)

    with pytest.raises(NotAllowedError):
        await door(stage, accepted.receipt.code, by="never met")


@BOTH
async def test_a_scored_track_needs_no_help(stage: Stage, door: Door) -> None:
    code = await stage.send(stage.song("one"))

    with pytest.raises(AlreadyDoneError, match="needs nothing from you"):
        await door(stage, code)


@BOTH
async def test_what_is_answered_needs_no_help_and_a_maybe_is_not_told(
    stage: Stage, door: Door
) -> None:
    accepted = await _weak(stage)
    await stage.decide(accepted.receipt.code, Answer.MAYBE)

    with pytest.raises(AlreadyDoneError, match="still being considered") as caught:
        await door(stage, accepted.receipt.code)
    assert "maybe" not in str(caught.value)


@BOTH
async def test_another_workspace_knows_no_such_code(stage: Stage, door: Door) -> None:
    accepted = await _weak(stage)
    other = await open_stage(stage.sessions, "other")

    with pytest.raises(NotFoundError):
        await door(other, accepted.receipt.code)


async def test_without_audio_there_is_no_recording_to_confirm(stage: Stage) -> None:
    code = await stage.send(stage.song("one", percentile=None))

    with pytest.raises(AlreadyDoneError, match="no recording to confirm"):
        await _confirm(stage, code)
