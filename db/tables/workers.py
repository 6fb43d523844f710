"""The processes that do the work, and who of them does what only one may do."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class Worker(Base):
    """A running process. It has no workspace: a worker serves all of them."""

    __tablename__ = "workers"

    # New at every start, so that what a dead process left can be told from what a living one does.
    executor_id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Lease(Base):
    """A task that one process at a time may do, until a moment or until it gives it back."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
