"""What Slack has been told of the app: its manifest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """An entry of the lightning menu (`global`) or of a message's menu (`message`)."""

    name: str
    kind: Literal["global", "message"]
    callback_id: str


@dataclass(slots=True, kw_only=True)
class AppConfig:
    """Ids, secrets and features of the one app. None means that everything is declared.

    `events` are named as in a manifest, `message.channels` for one. Without the `messages_tab`
    the app cannot write to people in private, and they only write to it where it is `writable`.
    To the `escaped` commands Slack sends links, people and channels in angle brackets.
    """

    id: str = "A0EARMARK"
    name: str = "earmark"
    client_id: str = "100.200"
    client_secret: str = "stand-in-client-secret"  # noqa: S105 - opens nothing but the stand-in
    signing_secret: str = "stand-in-signing-secret"  # noqa: S105 - as above
    app_token: str = "xapp-stand-in"  # noqa: S105 - as above
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})
    scopes: set[str] | None = None
    events: set[str] | None = None
    commands: set[str] | None = None
    escaped: set[str] = field(default_factory=set)
    shortcuts: list[Shortcut] = field(default_factory=list)
    domains: set[str] = field(default_factory=set)
    home: bool = True
    messages_tab: bool = True
    writable: bool = True
    interactive: bool = True

    @classmethod
    def from_manifest(cls, manifest: Json) -> "AppConfig":
        """Read a manifest as `yaml.safe_load` returns it."""
        features = manifest.get("features") or {}
        settings = manifest.get("settings") or {}
        scopes = (manifest.get("oauth_config") or {}).get("scopes") or {}
        events = (settings.get("event_subscriptions") or {}).get("bot_events") or ()
        app_home = features.get("app_home") or {}
        commands = features.get("slash_commands") or ()
        return cls(
            name=manifest["display_information"]["name"],
            scopes=set(scopes.get("bot") or ()),
            events=set(events),
            commands={each["command"] for each in commands},
            escaped={each["command"] for each in commands if each.get("should_escape")},
            shortcuts=[_shortcut(each) for each in features.get("shortcuts") or ()],
            domains=set(features.get("unfurl_domains") or ()),
            home=bool(app_home.get("home_tab_enabled")),
            messages_tab=bool(app_home.get("messages_tab_enabled")),
            writable=not app_home.get("messages_tab_read_only_enabled"),
            interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
        )

    def add_shortcut(self, name: str, callback_id: str, *, message: bool = False) -> None:
        kind: Literal["global", "message"] = "message" if message else "global"
        self.shortcuts.append(Shortcut(name=name, kind=kind, callback_id=callback_id))

    def hears(self, event: str) -> bool:
        return self.events is None or event in self.events

    def unfurls(self, domains: Iterable[str]) -> bool:
        return any(domain in self.domains for domain in domains)


def _shortcut(said: Json) -> Shortcut:
    return Shortcut(name=said["name"], kind=said["type"], callback_id=said["callback_id"])
