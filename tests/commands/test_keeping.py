"""The desk looked after by command: calls, check, playlists, blocklist, set-up."""

from tests.commands.console import Console

NIGHT = "Night Drive"
LINK = "https://open.spotify.com/track/4PTG3Z6ehGkBFwjybzWkR8"


def _rules(told: dict[str, object]) -> dict[str, str]:
    settings = told["settings"]
    assert isinstance(settings, list)
    return {one["key"]: one["value"] for one in settings}


def test_a_playlist_is_added_called_checked_edited_and_closed(earmark: Console) -> None:
    added = earmark.json("playlist", "add", NIGHT, "--set", "genres=Techno, Dub", "--as", "mo")
    assert _rules(added)["genres"] == "Techno, Dub"
    assert added["reviewers"] == [{"name": "mo", "role": "admin", "platform": None}]

    (call,) = earmark.json("calls")["calls"]
    assert (call["playlist"], call["open"], call["intake_cap"]) == (NIGHT, True, 40)
    (told,) = earmark.json("check", LINK, "--genre", "Folk", "--as", "lia")["checks"]
    assert [one["rule"] for one in told["obstacles"]] == ["genres"]
    shown = earmark("check", LINK, "--genre", "Dub", "--ai", "no", "--as", "lia").out
    assert "Night Drive would take it: place 1, an answer by" in shown
    assert "Nothing was sent" in shown

    edited = earmark.json("playlist", "edit", NIGHT, "--set", "answer_days=7", "--as", "mo")
    assert _rules(edited)["answer_days"] == "7"
    assert earmark("playlist", "close", NIGHT, "--until", "2199-01-07", "--as", "mo").status == 0
    out = earmark("calls").out
    assert "closed, opens Mon 7 Jan 2199" in out
    assert "Nobody can pay for a place" in out
    earmark.json("playlist", "open", NIGHT, "--as", "mo")
    assert earmark.json("calls")["calls"][0]["open"]


def test_an_empty_desk_says_so(earmark: Console) -> None:
    assert earmark("calls").out.strip() == "There is no playlist here yet."
    assert earmark("check", LINK, "--as", "lia").out.strip() == "There is no playlist here yet."
    assert earmark("blocklist", "list", "--as", "mo").out.strip() == "Nobody is kept out."


def test_a_rule_that_is_mistyped_is_one_sentence(earmark: Console) -> None:
    earmark.json("playlist", "add", NIGHT, "--as", "mo")

    ran = earmark("playlist", "edit", NIGHT, "--set", "intake_cap=lots", "--as", "mo")
    told = "how many may wait before it is full: a whole number from 1 to 10000, not 'lots'."
    assert (ran.status, ran.complaint) == (1, f"intake_cap is {told}")
    ran = earmark("playlist", "edit", NIGHT, "--set", "intake_cap", "--as", "mo")
    assert ran.status == 2
    ran = earmark("playlist", "open", NIGHT, "--until", "soon", "--as", "mo")
    assert "'soon' is no date" in ran.complaint


def test_people_and_roles_are_let_review(earmark: Console) -> None:
    earmark.json("playlist", "add", NIGHT, "--as", "mo")
    earmark.json("playlist", "grant", NIGHT, "kim", "--as", "mo")
    earmark.json("playlist", "grant", NIGHT, "77", "--platform", "discord", "--admin", "--as", "mo")

    shown = earmark("playlist", "show", NIGHT, "--as", "mo").out
    assert "Reviewed by mo (looks after it), kim, the discord role 77 (looks after it)." in shown
    left = earmark.json("playlist", "revoke", NIGHT, "kim", "--as", "mo")
    assert [one["name"] for one in left["reviewers"]] == ["mo", "77"]
    left = earmark.json("playlist", "revoke", NIGHT, "77", "--platform", "discord", "--as", "mo")
    assert [one["name"] for one in left["reviewers"]] == ["mo"]


def test_somebody_is_kept_out_and_let_in_again(earmark: Console) -> None:
    words = ("--reason", "spam", "--days", "7", "--as", "mo")
    earmark.json("playlist", "add", NIGHT, "--as", "mo")
    earmark.json("blocklist", "add", "user", "lia", *words)
    told = earmark.json("blocklist", "add", "artist", "The Band", *words)

    assert [(one["kind"], one["name"]) for one in told["blocks"]] == [
        ("artist", "The Band"),
        ("user", "lia"),
    ]
    refused = earmark("submit", LINK, "--playlist", NIGHT, "--as", "lia", "--ai", "no")
    assert "takes no submissions from you or this artist until" in refused.complaint
    left = earmark.json("blocklist", "remove", "user", "lia", "--as", "mo")
    assert len(left["blocks"]) == 1
    assert "The Band" in earmark("blocklist", "list", "--as", "mo").out


def test_a_chat_is_set_up_and_shown(earmark: Console) -> None:
    made = earmark.json(
        "setup", "discord", "--review-channel", "11", "--mention-fallback", "--as", "mo"
    )

    assert (made["review_channel"], made["mention_fallback"]) == ("11", True)
    shown = earmark("setup", "discord", "--zone", "Europe/Berlin", "--as", "mo").out
    assert "Europe/Berlin" in shown
    assert "not set" in shown
