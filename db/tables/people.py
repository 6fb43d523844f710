"""Workspaces and the people in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.tables.base import Base, WorkspaceId, within_workspace
from db.types import CodePurpose, Platform, choice


class Workspace(Base):
    """A Discord server, a Slack team, or both: what belongs together and is seen together."""

    __tablename__ = "workspaces"
    __table_args__ = (UniqueConstraint("name"), CheckConstraint("name <> ''", name="named"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    created_at: Mapped[datetime]


class WorkspaceAccount(Base):
    """A Discord server or a Slack team, and the workspace that it works in.

    One of each platform may share a workspace, so that a message has one place to go to.
    """

    __tablename__ = "workspace_accounts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "platform"),
        CheckConstraint("external_id <> ''", name="named"),
    )

    platform: Mapped[Platform] = mapped_column(
        choice(Platform, column="platform"), primary_key=True
    )
    external_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    name: Mapped[str]
    since: Mapped[datetime]


class Member(Base):
    """A person in a workspace, artist or curator, however many platforms they use."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    display_name: Mapped[str]
    created_at: Mapped[datetime]
    # Whether answers may come as direct messages; they stand in "my submissions" in any case.
    dm_allowed: Mapped[bool] = mapped_column(default=True)

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
    # As the platform says, where it does: `Europe/Berlin`.
    zone: Mapped[str | None] = mapped_column(default=None)


class JoinCode(Base):
    """A one-time code that proves that whoever types it also made it. Only its hash is kept."""

    __tablename__ = "join_codes"
    __table_args__ = (
        UniqueConstraint("code_sha256"),
        within_workspace("member_id", "members", ondelete="CASCADE"),
        CheckConstraint("expires_at > created_at", name="expires_later"),
        Index(None, "workspace_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    member_id: Mapped[int]
    purpose: Mapped[CodePurpose] = mapped_column(choice(CodePurpose, column="purpose"))
    code_sha256: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Block(Base):
    """Somebody whose submissions a workspace does not take, for a time or for good."""

    __tablename__ = "blocks"
    __table_args__ = (
        UniqueConstraint("workspace_id", "member_id"),
        UniqueConstraint("workspace_id", "artist_key"),
        within_workspace("member_id", "members", ondelete="CASCADE"),
        within_workspace("created_by", "members"),
        CheckConstraint("(member_id IS NULL) <> (artist_key IS NULL)", name="one_of_both"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("until > created_at", name="ends_later"),
        Index(None, "workspace_id", "created_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    # Who sends, or who plays. `name` is how the list shows them.
    member_id: Mapped[int | None] = mapped_column(default=None)
    artist_key: Mapped[str | None] = mapped_column(default=None)
    name: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    # None ends never.
    until: Mapped[datetime | None] = mapped_column(default=None)
    created_by: Mapped[int | None] = mapped_column(default=None)
