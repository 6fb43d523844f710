"""Somebody who comes to the desk from a chat, with a wish."""

from bot.chat.custom_id import CustomId
from bot.chat.forms import Upload
from bot.chat.visit import Visit
from bot.workflow.people import console_person
from tests.workflow.stage import Stage
from tests.workflow.test_places import desk_of


async def fetch(upload: Upload, *, max_bytes: int) -> bytes:
    """Hand out the same four bytes for every file."""
    del upload, max_bytes
    return b"RIFF"


def visit_of(stage: Stage, name: str, carried: CustomId | None = None) -> Visit:
    """Return the visit of who is called `name`; `carried` is what the pressed button carries."""
    return Visit(
        desk=desk_of(stage),
        person=console_person(name),
        key="visit-1",
        fetch=fetch,
        carried=carried,
    )
