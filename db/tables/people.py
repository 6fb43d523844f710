"""Workspaces and the people in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.tables.base import Base, WorkspaceId, within_workspace
from db.types import Platform, choice


class Workspace(Base):
    """A Discord server, a Slack team, or both: what belongs together and is seen together."""

    __tablename__ = "workspaces"
    __table_args__ = (UniqueConstraint("name"), CheckConstraint("name <> ''", name="named"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    created_at: Mapped[datetime]


class Member(Base):
    """A person in a workspace, artist or curator, however many platforms they use."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    display_name: Mapped[str]
    created_at: Mapped[datetime]

    identities: Mapped[list["Identity"]] = relationship(viewonly=True, lazy="raise", init=False)


class Identity(Base):
    """One account of a member: the same person may come from Discord and from Slack."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("workspace_id", "platform", "external_id"),
        within_workspace("member_id", "members", ondelete="CASCADE"),
        CheckConstraint("external_id <> ''", name="named"),
        Index(None, "workspace_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    member_id: Mapped[int]
    platform: Mapped[Platform] = mapped_column(choice(Platform, column="platform"))
    external_id: Mapped[str]
