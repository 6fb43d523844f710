import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LinkError
from bot.links import (
    MAX_LINKS,
    MAX_TEXT,
    PATTERNS,
    AlbumId,
    Found,
    Refusal,
    find_links,
    parse_track_id,
    short_link,
)
from bot.track import TrackId

ID = TrackId("11dFghVXANMlKmJXsNCbNl")
OTHER = TrackId("4uLU6hMCjMI75M1A2tKUQC")
TRACK = Found(tracks=(ID,))
PLAYLIST = Found(refused=(Refusal(what="a Spotify playlist"),))


def refused(what: str) -> Found:
    return Found(refused=(Refusal(what=what),))


def short(url: str) -> Found:
    return Found(short=(url,))


# One row for each pattern of the table, and more where it has several branches.
EXAMPLES = [
    ("web", f"https://open.spotify.com/track/{ID}", TRACK),
    ("web", f"http://open.spotify.com/album/{ID}", Found(albums=(AlbumId(ID),))),
    ("web", f"OPEN.Spotify.COM/Track/{ID}/", TRACK),
    ("locale", f"https://open.spotify.com/intl-de/track/{ID}", TRACK),
    ("locale", f"https://open.spotify.com/intl-pt-BR/track/{ID}", TRACK),
    ("locale", f"https://open.spotify.com/de/track/{ID}", TRACK),
    ("embed", f"https://open.spotify.com/embed/track/{ID}", TRACK),
    ("embed", f"https://open.spotify.com/intl-fr/embed/track/{ID}", TRACK),
    ("embed", f"https://open.spotify.com/embed/user/x/playlist/{ID}", PLAYLIST),
    ("owner", f"https://open.spotify.com/user/some.one_1/playlist/{ID}", PLAYLIST),
    ("owner", f"https://open.spotify.com/intl-es/user/ü%20x/track/{ID}", TRACK),
    ("www", f"https://www.open.spotify.com/track/{ID}", TRACK),
    ("play", f"https://play.spotify.com/track/{ID}", TRACK),
    ("play", f"https://play.spotify.com/user/x/playlist/{ID}", PLAYLIST),
    ("embed uri", f"https://open.spotify.com/embed?uri=spotify:track:{ID}", TRACK),
    ("embed uri", f"https://open.spotify.com/embed/?theme=0&uri=spotify%3Atrack%3A{ID}", TRACK),
    ("embed host", f"https://embed.spotify.com/?uri=spotify:track:{ID}", TRACK),
    ("uri", f"spotify:track:{ID}", TRACK),
    ("owner uri", f"spotify:user:some.one:playlist:{ID}", PLAYLIST),
    (
        "local uri",
        "spotify:local:Me:Demo:Song:180",
        refused("a file on your own disk, which only your Spotify can play"),
    ),
    ("profile", "https://open.spotify.com/user/someone?si=1", refused("a Spotify profile")),
    ("spotify.link", "https://spotify.link/hRkBrwub9xb", short("https://spotify.link/hRkBrwub9xb")),
    ("app.link", "spotify.app.link/a-B_9?_p=c1", short("https://spotify.app.link/a-B_9")),
    ("s", "https://open.spotify.com/s/AbC12?si=1", short("https://open.spotify.com/s/AbC12")),
    ("spoti.fi", "http://spoti.fi/3xYz", short("https://spoti.fi/3xYz")),
    (
        "tospotify",
        "https://link.tospotify.com/abc",
        refused("an old short link that Spotify has switched off"),
    ),
    ("Deezer", "https://www.deezer.com/en/track/3135556", refused("a Deezer link")),
    ("Deezer", "https://deezer.page.link/abc", refused("a Deezer link")),
    ("Apple Music", "https://music.apple.com/us/album/x/1?i=2", refused("an Apple Music link")),
    ("Apple Music", "https://itunes.apple.com/us/album/1", refused("an Apple Music link")),
    ("YouTube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", refused("a YouTube link")),
    ("YouTube", "https://youtu.be/dQw4w9WgXcQ", refused("a YouTube link")),
    ("SoundCloud", "https://on.soundcloud.com/abc", refused("a SoundCloud link")),
    ("SoundCloud", "https://snd.sc/abc", refused("a SoundCloud link")),
    ("TIDAL", "https://listen.tidal.com/track/1", refused("a TIDAL link")),
    ("Bandcamp", "https://me.bandcamp.com/track/x", refused("a Bandcamp link")),
    ("Amazon Music", "https://music.amazon.com/albums/B0", refused("an Amazon Music link")),
    ("Amazon Music", "https://music.amazon.co.uk/albums/B0", refused("an Amazon Music link")),
    ("Amazon Music", "https://music.amazon.de/albums/B0", refused("an Amazon Music link")),
    ("smart", "https://lnk.to/x", refused("a smart link")),
    ("smart", "https://ffm.to/x", refused("a smart link")),
    ("smart", "https://song.link/x", refused("a smart link")),
    ("smart", "https://album.link/x", refused("a smart link")),
    ("smart", "https://odesli.co/x", refused("a smart link")),
    ("smart", "https://linktr.ee/x", refused("a smart link")),
    ("file-sharing", "https://www.dropbox.com/s/x/a.mp3", refused("a file-sharing link")),
    ("file-sharing", "https://drive.google.com/file/d/x", refused("a file-sharing link")),
    ("file-sharing", "https://wetransfer.com/x", refused("a file-sharing link")),
    ("file-sharing", "https://we.tl/x", refused("a file-sharing link")),
]


@pytest.mark.parametrize(("name", "text", "found"), EXAMPLES)
def test_every_form_of_link_is_read_by_exactly_one_pattern(
    name: str, text: str, found: Found
) -> None:
    low = text.lower()

    assert find_links(text) == found
    assert [pattern.name for pattern in PATTERNS if pattern.regex.search(low)] == [name]


def test_every_pattern_has_a_name_a_reason_and_an_example() -> None:
    assert [p.name for p in PATTERNS] == list(dict.fromkeys(name for name, _, _ in EXAMPLES))
    assert all(pattern.reason for pattern in PATTERNS)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("playlist", "a Spotify playlist"),
        ("artist", "a Spotify artist page"),
        ("episode", "a podcast episode"),
        ("show", "a podcast"),
        ("audiobook", "an audiobook"),
        ("album", "a Spotify album"),
    ],
)
def test_the_refusal_names_the_type_that_was_pasted(kind: str, what: str) -> None:
    with pytest.raises(LinkError, match=f"^That is {what}. Paste the link of one Spotify track"):
        parse_track_id(f"https://open.spotify.com/{kind}/{ID}")


@pytest.mark.parametrize(
    "text",
    [
        f"<https://open.spotify.com/track/{ID}>",
        f"[my song](https://open.spotify.com/track/{ID})",
        f"||https://open.spotify.com/track/{ID}||",
        f"_https://open.spotify.com/track/{ID}_",
        f"<https://open.spotify.com/track/{ID}?si=1&amp;nd=1|open.spotify.com/track/{ID}>",
        f"<https://open.spotify.com/embed?theme=0&amp;uri=spotify:track:{ID}>",
        f"(listen: https://open.spotify.com/track/{ID}).",
        f"https://open.spotify.com/track/{ID}>,",
        f"聞いてopen.spotify.com/track/{ID}です",
        f"https://open.spotify.com/track/{ID}?si=abc&utm_source=copy-link&dl_branch=1#login",
        f"https://open.spotify.com/track/{ID}?context=spotify:playlist:{OTHER}",
        f"https://open.spotify.com/track/{ID}?context=spotify%3Aplaylist%3A{OTHER}",
        f"https://open.\u200bspotify.com/tr\u00adack/{ID[:9]}\ufeff{ID[9:]}\u2069",
    ],
)
def test_what_a_chat_puts_around_a_link_does_not_matter(text: str) -> None:
    assert find_links(text) == TRACK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        ID,
        f"openXspotify.com/track/{ID}",
        f"https://notopen.spotify.com/track/{ID}",
        f"https://evil.example/open.spotify.com/track/{ID}",
        f"https://open.spotify.com.evil.example/track/{ID}",
        f"https://open.spotify.com@evil.example/track/{ID}",
        f"https://me@open.spotify.com/track/{ID}",
        f"https://evil.example/?play.spotify.com%2Ftrack%2F{ID}",
        "https://notspotify.link/abc",
        "https://notdeezer.com/track/1",
        "https://deezer.community/track/1",
    ],
)
def test_what_only_looks_like_a_link_is_not_one(text: str) -> None:
    assert find_links(text) == Found()
    with pytest.raises(LinkError, match="There is no Spotify link in that"):
        parse_track_id(text)


@pytest.mark.parametrize("spotify_id", ["", "abc", ID[:-1], ID + "x"])
def test_an_id_of_another_length_is_refused_before_any_call(spotify_id: str) -> None:
    with pytest.raises(LinkError, match="cut short or mistyped"):
        parse_track_id(f"https://open.spotify.com/track/{spotify_id}")


def test_the_kelvin_sign_is_no_letter_of_an_id() -> None:
    assert not find_links(f"open.spotify.com/track/{ID[:-1]}\u212a").tracks


def test_several_links_come_once_each_in_the_order_of_the_text() -> None:
    found = find_links(
        f"spotify:track:{OTHER} https://spotify.link/a https://open.spotify.com/track/{ID}"
        f" https://open.spotify.com/intl-de/track/{OTHER} https://spotify.link/a youtu.be/x"
    )

    assert found == Found(
        tracks=(OTHER, ID),
        short=("https://spotify.link/a",),
        refused=(Refusal(what="a YouTube link"),),
    )


def test_links_over_the_limit_are_named() -> None:
    ids = [f"{number:022}" for number in range(MAX_LINKS + 1)]

    found = find_links(
        " ".join(f"spotify:track:{spotify_id}" for spotify_id in ids) + " spotify.link/abc"
    )

    assert list(found.tracks) == ids[:MAX_LINKS]
    assert found.dropped == (
        f"https://open.spotify.com/track/{ids[-1]}",
        "https://spotify.link/abc",
    )


def test_the_first_track_wins_over_everything_else() -> None:
    text = f"youtu.be/x spotify.link/abc spotify:album:{OTHER} spotify:track:{ID}"

    assert parse_track_id(text) == ID


def test_a_short_link_is_handed_on_and_not_taken_for_a_track() -> None:
    assert short_link("see <https://spotify.link/hRkB?x=1>") == "https://spotify.link/hRkB"
    assert short_link(f"spotify:track:{ID}") is None
    with pytest.raises(LinkError, match="short link"):
        parse_track_id("https://spotify.link/hRkB")


PIECES = st.sampled_from(
    [
        *(text for _, text, _ in EXAMPLES),
        *("open.spotify.com/", "spotify:", "user/", "embed?", "uri=", "track/", "&amp;", "\u200b"),
        *("://", "%3A", "<", "|", ">", "](", ")", " ", ID),
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join))
def test_no_text_raises_anything_but_link_errors(text: str) -> None:
    found = find_links(text)

    assert len(found.tracks) + len(found.albums) + len(found.short) <= MAX_LINKS
    assert all(len(i) == 22 and i.isascii() and i.isalnum() for i in (*found.tracks, *found.albums))
    if not found.tracks:
        with pytest.raises(LinkError):
            parse_track_id(text)


@given(
    spotify_id=st.text(string.ascii_letters + string.digits, min_size=22, max_size=22),
    form=st.sampled_from([text for _, text, found in EXAMPLES if found == TRACK]),
    around=st.sampled_from([("<", ">"), ("[x](", ")"), ("||", "||"), ("", "."), ("İ", "é")]),
)
def test_every_id_survives_every_form_with_its_capitals(
    spotify_id: str, form: str, around: tuple[str, str]
) -> None:
    text = around[0] + form.replace(ID, spotify_id) + around[1]

    assert parse_track_id(text) == spotify_id


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "open.spotify.com/",
        "open.spotify.com/user/",
        "open.spotify.com/user/" + "a" * 99,
        "open.spotify.com/embed?" + "a" * 199 + "&",
        "open.spotify.com/intl-",
        "spotify:user:",
        "spotify:user:a",
        "a.",
        "\u200b",
        "İ",
    ],
)
# A quadratic pattern runs into this limit; measured by hand, each text takes at most 12 ms.
@pytest.mark.timeout(10)
def test_text_built_to_make_a_pattern_backtrack_is_read_like_any_other(piece: str) -> None:
    filler = (piece * 100_000)[: MAX_TEXT - 100] + " "

    assert find_links(filler + f"spotify:track:{ID} " + piece * 100_000).tracks == (ID,)
