"""Who comes in with which wish, whichever platform they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.chat.custom_id import CustomId
from bot.chat.forms import Filled, Upload
from bot.workflow.desk import Desk
from bot.workflow.people import Person


class Fetch(Protocol):
    """Returns a file's content, or raises UnusableAudioError where it is too large or gone."""

    async def __call__(self, upload: Upload, *, max_bytes: int) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One person with one wish. `key` is the platform's id of it: told twice, done once.

    `values` are the chosen options of a select, `filled` is what stands in a form, and `told` what
    the fields of the pressed message say, by their names. `roomy`: a form has room for a link and
    a file side by side, and one that is refused stays open as it was filled in.
    """

    desk: Desk
    person: Person
    key: str
    fetch: Fetch
    carried: CustomId | None = None
    values: tuple[str, ...] = ()
    filled: Filled | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    roomy: bool = False

    @property
    def wish(self) -> CustomId:
        """What the pressed button carries."""
        if self.carried is None:
            raise LookupError("nothing was pressed")
        return self.carried

    @property
    def form(self) -> Filled:
        if self.filled is None:
            raise LookupError("no form was sent")
        return self.filled
