"""What we know about the services we call.

These tables have no workspace: a service counts, blocks and answers our one set of credentials,
whichever workspace asked, and a public fact about a track is the same for all of them.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class CachedReply(Base):
    """A service's reply, kept as long as its terms allow."""

    __tablename__ = "service_cache"
    __table_args__ = (
        CheckConstraint("expires_at > fetched_at", name="expires_later"),
        Index(None, "expires_at"),
    )

    service: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    fetched_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ServiceCall(Base):
    """One call that we made, to stay inside a rolling budget."""

    __tablename__ = "service_calls"
    __table_args__ = (Index(None, "service", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    service: Mapped[str]
    at: Mapped[datetime]


class ServiceBlock(Base):
    """Until when a service refuses us. The row is also the lock of the service's budget."""

    __tablename__ = "service_blocks"

    service: Mapped[str] = mapped_column(primary_key=True)
    blocked_until: Mapped[datetime | None] = mapped_column(default=None)


class SpooledFile(Base):
    """An artist's own file, only until it is heard.

    No workspace here: the same file may wait for several, and is deleted when none needs it.
    """

    __tablename__ = "spool"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    kept_at: Mapped[datetime]
