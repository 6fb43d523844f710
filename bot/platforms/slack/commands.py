"""What stands behind `/earmark …`: one word of what to do, and the rest for it."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from bot.chat import (
    artist_work,
    blocklist_work,
    decide_work,
    digest_work,
    link_work,
    playlist_work,
    privacy_work,
    queue_work,
    review_work,
    seed_work,
)
from bot.chat.digest_work import Deed
from bot.chat.drafts import Draft
from bot.chat.forms import Form
from bot.chat.help_screens import help_card
from bot.chat.playlist_choice import meant
from bot.chat_texts import unknown_command_text
from bot.errors import RuleError
from bot.messages import plain
from bot.platforms.slack import setup_work
from bot.platforms.slack.answering import Answer
from bot.platforms.slack.german_texts import GERMAN
from bot.platforms.slack.reception import Visit
from bot.platforms.slack.routing import Does, Opens
from bot.workflow.mine import Stand
from bot.workflow.people import Person
from db.models import Platform

Wish = Does | Opens

# How Slack writes a person, a group or a channel that was typed with its sign.
_PERSON: Final = re.compile(r"<@([A-Z0-9]+)(?:\|([^>]*))?>")
_GROUP: Final = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")
_DAYS: Final = re.compile(r"\b(\d{1,4}) ?(?:days?|d)?$")


def wish_of(text: str) -> Wish:
    """Return what somebody wants who has typed `text`; RuleError where that is nothing we do."""
    word, _, rest = text.strip().partition(" ")
    known = word.casefold()
    make = _WISHES.get(GERMAN.get(known, known))
    if make is None:
        raise RuleError(unknown_command_text(plain(word) or "such command"), rule="command")
    return make(rest.strip())


def _submit(rest: str) -> Wish:
    async def make(visit: Visit) -> Form:
        return await artist_work.new_form(visit, Draft(link=_link(rest)))

    return Opens(make=make)


def _check(rest: str) -> Wish:
    link, _, playlist = rest.partition(" ")

    async def work(visit: Visit) -> Answer:
        return await artist_work.check_track(
            visit, link=_link(link), playlist=playlist.strip() or None
        )

    return Does(work=work)


def _mine(rest: str) -> Wish:
    stand = Stand(rest) if rest in set(Stand) else Stand.ALL

    async def work(visit: Visit) -> Answer:
        return await artist_work.show_own(visit, stand=stand)

    return Does(work=work)


def _calls(rest: str) -> Wish:
    del rest
    return Does(work=artist_work.show_calls)


def _queue(rest: str) -> Wish:
    async def work(visit: Visit) -> Answer:
        return await queue_work.show_reviewed(visit, playlist=rest)

    return Does(work=work)


def _next(rest: str) -> Wish:
    async def work(visit: Visit) -> Answer:
        return await review_work.next_reviewed(visit, playlist=rest)

    return Does(work=work, window=True)


def _track(rest: str) -> Wish:
    async def work(visit: Visit) -> Answer:
        return await review_work.show_history(visit, _needed(rest, "T-4F7K").upper())

    return Does(work=work, window=True)


def _undo(rest: str) -> Wish:
    async def work(visit: Visit) -> Answer:
        return await decide_work.undo(visit, rest.upper() or None)

    return Does(work=work)


def _digest(rest: str) -> Wish:
    action, _, playlist = rest.partition(" ")

    async def work(visit: Visit) -> Answer:
        deed = action or Deed.PREVIEW
        if deed not in set(Deed):
            raise RuleError(_CHOICES["digest"], rule="command")
        return await digest_work.do(visit, Deed(deed), playlist=playlist.strip())

    return Does(work=work)


def _setup(rest: str) -> Wish:
    action, _, what = rest.partition(" ")

    async def work(visit: Visit) -> Answer:
        match action:
            case "":
                return await setup_work.show_setup(visit)
            case "zone":
                return await setup_work.set_zone(visit, _needed(what.strip(), "Europe/Berlin"))
            case "link" if code := what.strip():
                return await link_work.join(visit, code, place_id=visit.team_id)
            case "link":
                return await link_work.make_code(visit)
        raise RuleError(_CHOICES["setup"], rule="command")

    return Does(work=work)


def _playlist(rest: str) -> Wish:
    action, _, what = rest.partition(" ")
    if action == "add":
        return Opens(make=lambda visit: playlist_work.open_add(visit, name=what.strip()))

    async def work(visit: Visit) -> Answer:
        if action in {"curators", "dismiss"}:
            return await _appoint(visit, what, dismiss=action == "dismiss")
        name, days = (what, None) if action in {"show", "seeds", "pause"} else _with_days(what)
        match action:
            case "show" | "":
                return await playlist_work.show(visit, playlist=await meant(visit, name))
            case "seeds":
                return await seed_work.show(visit, playlist=await meant(visit, name))
            case "open":
                return await playlist_work.let_in(
                    visit, playlist=await meant(visit, name), days=days
                )
            case "close" | "pause":
                return await playlist_work.shut(visit, playlist=await meant(visit, name), days=days)
        raise RuleError(_CHOICES["playlist"], rule="command")

    return Does(work=work)


async def _appoint(visit: Visit, what: str, *, dismiss: bool) -> Answer:
    group = _GROUP.search(what)
    if group is None:
        raise RuleError("Name the user group with its sign, as in @curators.", rule="command")
    name = _GROUP.sub("", what).strip()
    change = playlist_work.dismiss if dismiss else playlist_work.appoint
    return await change(visit, playlist=await meant(visit, name), role_id=group[1])


def _blocklist(rest: str) -> Wish:
    action, _, what = rest.partition(" ")

    async def work(visit: Visit) -> Answer:
        if action in {"", "list"}:
            return await blocklist_work.show(visit)
        if action not in {"add", "remove"}:
            raise RuleError(_CHOICES["blocklist"], rule="command")
        whom, reason, days = _blocked(what)
        if action == "remove":
            return await blocklist_work.remove(visit, whom=whom)
        return await blocklist_work.add(visit, whom=whom, reason=reason, days=days)

    return Does(work=work)


def _privacy(rest: str) -> Wish:
    action, _, code = rest.partition(" ")

    async def work(visit: Visit) -> Answer:
        match action:
            case "export":
                return await privacy_work.export(visit)
            case "delete":
                return await privacy_work.ask_delete(visit)
            case "join-accounts":
                return await privacy_work.join_accounts(visit, code.strip() or None)
            case "dm-on" | "dm-off":
                return await privacy_work.allow_messages(visit, allowed=action == "dm-on")
        raise RuleError(_CHOICES["privacy"], rule="command")

    return Does(work=work)


def _help(rest: str) -> Wish:
    del rest

    async def work(visit: Visit) -> Answer:
        del visit
        return help_card()

    return Does(work=work)


_WISHES: Mapping[str, Callable[[str], Wish]] = MappingProxyType(
    {
        "": _submit,
        "submit": _submit,
        "check": _check,
        "mine": _mine,
        "calls": _calls,
        "queue": _queue,
        "next": _next,
        "track": _track,
        "undo": _undo,
        "digest": _digest,
        "setup": _setup,
        "playlist": _playlist,
        "blocklist": _blocklist,
        "privacy": _privacy,
        "help": _help,
    }
)
SUBCOMMANDS: Final = tuple(word for word in _WISHES if word)
_CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "digest": "Write digest preview, digest send or digest skip, and the playlist's name.",
        "setup": "Write setup alone, setup zone Europe/Berlin, or setup link.",
        "playlist": (
            "Write playlist add, show, seeds, open, close, curators or dismiss, and its name."
        ),
        "blocklist": (
            "Write blocklist list, or add or remove with @somebody or an artist's name, as in"
            " blocklist add Loud Band: spam."
        ),
        "privacy": "Write privacy export, delete, dm-on, dm-off or join-accounts.",
    }
)


def _link(typed: str) -> str:
    # Slack wraps what it takes for an address: <https://…|https://…>.
    return typed.strip().removeprefix("<").removesuffix(">").partition("|")[0]


def _needed(typed: str, example: str) -> str:
    if not typed:
        raise RuleError(f"Something is missing at the end, as in {example}.", rule="command")
    return typed


def _with_days(what: str) -> tuple[str, int | None]:
    found = _DAYS.search(what)
    return (what[: found.start()].strip(), int(found[1])) if found else (what, None)


def _blocked(what: str) -> tuple[Person | str, str, int | None]:
    """Return who is meant, why, and for how many days.

    That is `@ana 30 days spam`, or for an artist, whose name may have words, `artist Name: spam`.
    """
    person = _PERSON.search(what)
    whom: Person | str
    if person is None:
        name, _, rest = what.removeprefix("artist ").partition(":")
        whom = name.strip()
    else:
        rest = _PERSON.sub("", what)
        whom = Person(platform=Platform.SLACK, external_id=person[1], name=person[2] or person[1])
    rest = rest.strip()
    days = re.match(r"(\d{1,4}) ?(?:days?|d)?\b", rest)
    reason = rest[days.end() :].strip() if days else rest
    return whom, reason, int(days[1]) if days else None
