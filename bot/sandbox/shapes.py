"""Spotify's JSON as an app made in 2026 gets it: no popularity, no preview, no markets."""

from bot.sandbox.catalogue import Song, artist_id, made_up_hash

Json = dict[str, object]


def track_json(song: Song, base: str) -> Json:
    """Return a track as `GET /tracks/{id}` and the search show it."""
    return {
        "album": _simple_album([song], base),
        **_simple_track(song, base),
        "external_ids": {} if song.isrc is None else {"isrc": song.isrc},
    }


def album_json(songs: list[Song], base: str) -> Json:
    """Return the album that all of `songs` are on."""
    tracks = [_simple_track(song, base) for song in songs]
    href = f"{base}albums/{songs[0].album_id}/tracks?offset=0&limit=50"
    return {
        **_simple_album(songs, base),
        "copyrights": [{"text": f"(C) {songs[0].artists[0]}", "type": "C"}],
        "external_ids": {"upc": "000000000000"},
        "tracks": page_json(tracks, href=href, limit=50, total=len(tracks)),
    }


def artist_json(name: str, base: str) -> Json:
    return {**_simple_artist(name, base), "images": _images(name)}


def page_json(items: list[Json], *, href: str, limit: int, total: int) -> Json:
    """Return the first and only page of a list."""
    return {
        "href": href,
        "limit": limit,
        "next": None,
        "offset": 0,
        "previous": None,
        "total": total,
        "items": items,
    }


def _simple_track(song: Song, base: str) -> Json:
    return {
        "artists": [_simple_artist(name, base) for name in song.artists],
        "disc_number": 1,
        "duration_ms": song.duration_ms,
        "explicit": song.explicit,
        **_names(song.title, "track", song.spotify_id, base),
        "is_local": False,
        "is_playable": True,
        "track_number": 1,
    }


def _simple_album(songs: list[Song], base: str) -> Json:
    song = songs[0]
    precision = {4: "year", 7: "month", 10: "day"}[len(song.release_date)]
    return {
        "album_type": "single" if len(songs) == 1 else "album",
        "total_tracks": len(songs),
        **_names(song.album, "album", song.album_id, base),
        "images": _images(song.album),
        "release_date": song.release_date,
        "release_date_precision": precision,
        "artists": [_simple_artist(name, base) for name in song.artists],
    }


def _simple_artist(name: str, base: str) -> Json:
    return _names(name, "artist", artist_id(name), base)


def _names(name: str, kind: str, spotify_id: str, base: str) -> Json:
    """Return the six keys by which Spotify names anything."""
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{spotify_id}"},
        "href": f"{base}{kind}s/{spotify_id}",
        "id": spotify_id,
        "name": name,
        "type": kind,
        "uri": f"spotify:{kind}:{spotify_id}",
    }


def _images(name: str) -> list[Json]:
    return [
        {
            "url": f"https://i.scdn.co/image/{made_up_hash(name)}{side}",
            "height": side,
            "width": side,
        }
        for side in (640, 300, 64)
    ]
