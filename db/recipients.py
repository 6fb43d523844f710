"""Whom a message is for: a person or a channel of one platform."""

from dataclasses import dataclass
from enum import StrEnum

from db.types import Platform


class Place(StrEnum):
    PERSON = "person"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """`external_id` is the platform's own id of the channel, or of the person who is written to."""

    platform: Platform
    place: Place
    external_id: str

    def __post_init__(self) -> None:
        if not self.external_id:
            raise ValueError("a recipient needs the platform's id")

    @property
    def address(self) -> str:
        """The text that stands for it in the database: a user may have the number of a channel."""
        return f"{self.place}:{self.external_id}"


def person(platform: Platform, external_id: str) -> Recipient:
    return Recipient(platform=platform, place=Place.PERSON, external_id=external_id)


def channel(platform: Platform, external_id: str) -> Recipient:
    return Recipient(platform=platform, place=Place.CHANNEL, external_id=external_id)


def parse(platform: Platform, address: str) -> Recipient:
    """Return the recipient that `Recipient.address` stands for."""
    place, _, external_id = address.partition(":")
    return Recipient(platform=platform, place=Place(place), external_id=external_id)
