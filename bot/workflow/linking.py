"""One person with two accounts, one desk in two places: joined by a one-time code.

Whoever types a code that another account was shown has both accounts: nothing else is proved.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import RuleError
from bot.messages import plain
from bot.workflow import notices
from bot.workflow.people import Person, member_of, require_admin
from db import join_codes, members, posts, secrets, workspace_settings, workspaces
from db.codes import ALPHABET
from db.models import CodePurpose, Platform

# Long enough to change to the other program, short enough that a screenshot is worth nothing.
LASTS: Final = timedelta(minutes=10)
# 31 characters to the power of 8: nobody guesses one of those in ten minutes of a chat's pace.
_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """A code to type at the other account before `expires_at`. Show it to its maker only."""

    code: str
    expires_at: datetime

    def to_json(self) -> dict[str, object]:
        return {"code": self.code, "expires_at": self.expires_at.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedView:
    """One person and all their accounts, or one workspace and all its places."""

    name: str
    accounts: tuple[tuple[Platform, str], ...]

    def to_json(self) -> dict[str, object]:
        accounts = [{"platform": platform.value, "id": one} for platform, one in self.accounts]
        return {"name": self.name, "accounts": accounts}


async def make_code(
    session: AsyncSession,
    *,
    workspace_id: int,
    person: Person,
    now: datetime,
    purpose: CodePurpose = CodePurpose.PERSON,
    rng: Random | None = None,
) -> CodeView:
    """Return a code that joins another account, or another server or team, to this one.

    NotAllowedError where it is about the workspace and the person does not manage it.
    """
    if purpose is CodePurpose.WORKSPACE:
        require_admin(person)
    member = await member_of(session, workspace_id, person, now=now)
    code = "".join((rng or SystemRandom()).choices(ALPHABET, k=_LENGTH))
    await join_codes.sweep(session, now=now)
    await join_codes.put(
        session,
        workspace_id=workspace_id,
        member_id=member.id,
        purpose=purpose,
        code=code,
        now=now,
        expires_at=now + LASTS,
    )
    return CodeView(code=code, expires_at=now + LASTS)


async def join_person(
    session: AsyncSession, *, workspace_id: int, person: Person, code: str, now: datetime
) -> LinkedView:
    """Make this account and the one that made the code one person, or raise RuleError.

    Their submissions, limits, rights and votes are one person's from now on.
    """
    member = await member_of(session, workspace_id, person, now=now)
    made = await join_codes.take(
        session,
        purpose=CodePurpose.PERSON,
        code=_typed(code),
        now=now,
        workspace_id=workspace_id,
    )
    if made is None:
        raise _no_code()
    _, maker_id = made
    if maker_id == member.id:
        raise RuleError(
            "You made that code with this very account. Type it with the other one.", rule="code"
        )
    kept = await members.link(
        session, workspace_id=workspace_id, member_id=maker_id, other_id=member.id
    )
    return LinkedView(
        name=kept.display_name,
        accounts=tuple((one.platform, one.external_id) for one in kept.identities),
    )


async def join_workspace(
    session: AsyncSession,
    *,
    platform: Platform,
    external_id: str,
    person: Person,
    code: str,
    now: datetime,
) -> LinkedView:
    """Let this server or team work at the desk where the code was made, or raise RuleError.

    What it has set up so far moves along. It must have no playlist of its own yet.
    """
    require_admin(person)
    made = await join_codes.take(session, purpose=CodePurpose.WORKSPACE, code=_typed(code), now=now)
    if made is None:
        raise _no_code()
    target_id, _ = made
    here = await workspaces.ensure_account(
        session, platform=platform, external_id=external_id, name=external_id, now=now
    )
    await _require_room(session, here_id=here.id, target_id=target_id, platform=platform)
    chat = await workspace_settings.chat(session, workspace_id=here.id, platform=platform)
    await workspaces.move_account(
        session, platform=platform, external_id=external_id, to_workspace_id=target_id
    )
    await workspace_settings.change_chat(
        session,
        workspace_id=target_id,
        platform=platform,
        review_channel=chat.review_channel,
        submit_channel=chat.submit_channel,
        curator_role=chat.curator_role,
        mention_fallback=chat.mention_fallback,
    )
    # The board that stands there is the other desk's from now on, and no second one is posted.
    await posts.move(session, platform=platform, workspace_id=here.id, to_workspace_id=target_id)
    await secrets.move(session, workspace_id=here.id, to_workspace_id=target_id)
    await workspaces.remove(session, workspace_id=here.id)
    await notices.refresh_board(
        session,
        workspace_id=target_id,
        because=f"joined:{platform}:{external_id}:{now.isoformat()}",
        at=now,
    )
    accounts = await workspaces.accounts_of(session, workspace_id=target_id)
    return LinkedView(
        name=accounts[0].name,
        accounts=tuple((one.platform, one.external_id) for one in accounts),
    )


async def _require_room(
    session: AsyncSession, *, here_id: int, target_id: int, platform: Platform
) -> None:
    if here_id == target_id:
        raise RuleError("That code was made at this very desk.", rule="code")
    if not await workspaces.is_unused(session, workspace_id=here_id):
        raise RuleError(
            "There are playlists here already, and two desks with playlists cannot become one.",
            rule="code",
        )
    there = await workspaces.accounts_of(session, workspace_id=target_id)
    if platform in {one.platform for one in there}:
        raise RuleError(
            f"The other desk has a place on {platform.value.title()} already.", rule="code"
        )


def _typed(code: str) -> str:
    return plain(code).replace(" ", "").replace("-", "").upper()


def _no_code() -> RuleError:
    return RuleError(
        "That code is not good: it was used, or is older than ten minutes, or is of another desk."
        " Make a new one.",
        rule="code",
    )
