"""The songs of `earmark demo`: one for every way that a look-up can go.

Titles, artists, lengths and albums are those of the real recordings in the Debian packages named
in clips/LICENCES.md. What the services say about them here (ids, ISRCs, ranks, a second
edition, a missing preview) is made up; `XX` begins no real ISRC.
"""

from bot.sandbox.catalogue import Catalogue, DeezerTwin, Song, base62_id
from bot.track import TrackId

_SINGULARITY = "Endgame: Singularity Original Soundtrack"
_RESEARCH = "Endgame: Singularity (Advanced Research)"
_HYPERROGUE = "HyperRogue"


def demo_catalogue() -> Catalogue:
    """Return the thirteen songs of the demo."""
    return Catalogue((*_guitars(), *_synthesisers(), *_games(), *_unsure(), *_missing()))


def _song(
    title: str,
    artist: str,
    *,
    duration_ms: int,
    album: str,
    released: str,
    isrc: str | None = None,
    clip: str | None = None,
    deezer: tuple[DeezerTwin, ...] = (),
    itunes_id: int | None = None,
) -> Song:
    return Song(
        spotify_id=TrackId(base62_id(f"track {title} {artist}")),
        title=title,
        artists=(artist,),
        duration_ms=duration_ms,
        album=album,
        release_date=released,
        isrc=isrc,
        clip=clip,
        deezer=deezer,
        itunes_id=itunes_id,
    )


def _guitars() -> tuple[Song, ...]:
    """Return what is found at once, by its ISRC."""
    return (
        _song(
            "Armygeddon",
            "Muldjord",
            duration_ms=197_647,
            album="Songs by Muldjord",
            released="2006",
            isrc="XXEM10600001",
            clip="armygeddon.mp3",
            deezer=(DeezerTwin(id=9_000_101, rank=412_306),),
            itunes_id=8_000_101,
        ),
        _song(
            "Escape from chaosland",
            "Sectoid",
            duration_ms=206_222,
            album="Songs by Sectoid",
            released="2006",
            isrc="XXEM10600003",
            clip="escape_from_chaosland.mp3",
            deezer=(DeezerTwin(id=9_000_105, rank=355_473),),
            itunes_id=8_000_105,
        ),
        _song(
            "Feelings",
            "Sectoid",
            duration_ms=288_003,
            album="Songs by Sectoid",
            released="2007",
            isrc="XXEM10700001",
            clip="feelings.ogg",
            deezer=(DeezerTwin(id=9_000_106, rank=367_020),),
            itunes_id=8_000_106,
        ),
    )


def _synthesisers() -> tuple[Song, ...]:
    """Return what is found at once, by its ISRC."""
    return (
        _song(
            "Awakening",
            "Max McCracken",
            duration_ms=208_000,
            album=_SINGULARITY,
            released="2012-12-15",
            isrc="XXEM11200001",
            clip="awakening.ogg",
            deezer=(DeezerTwin(id=9_000_102, rank=288_114),),
            itunes_id=8_000_102,
        ),
        _song(
            "Enemy Unknown",
            "Max McCracken",
            duration_ms=260_000,
            album=_RESEARCH,
            released="2012-12-15",
            isrc="XXEM11200002",
            clip="enemy_unknown.ogg",
            deezer=(DeezerTwin(id=9_000_107, rank=610_442),),
        ),
        _song(
            "Nebula",
            "Max McCracken",
            duration_ms=316_800,
            album=_RESEARCH,
            released="2012-12-15",
            isrc="XXEM11200003",
            clip="nebula.mp3",
            deezer=(DeezerTwin(id=9_000_108, rank=77_201),),
            itunes_id=8_000_108,
        ),
    )


def _games() -> tuple[Song, ...]:
    """Return what is found at once, by its ISRC."""
    return (
        _song(
            "Caribbean",
            "Will Savino",
            duration_ms=62_310,
            album=_HYPERROGUE,
            released="2018",
            isrc="XXEM11800001",
            clip="caribbean.ogg",
            deezer=(DeezerTwin(id=9_000_103, rank=503_877),),
            itunes_id=8_000_103,
        ),
        _song(
            "Graveyard",
            "Shawn Parrotte",
            duration_ms=126_137,
            album=_HYPERROGUE,
            released="2013-01-01",
            isrc="XXEM11300001",
            clip="graveyard.ogg",
            deezer=(DeezerTwin(id=9_000_104, rank=121_950),),
        ),
    )


def _unsure() -> tuple[Song, ...]:
    """Return what is found, but not by the ISRC look-up alone."""
    return (
        # Two twins share the ISRC; Deezer's ISRC look-up answers with the lesser one.
        _song(
            "War of freedom",
            "Sectoid",
            duration_ms=174_857,
            album="Songs by Sectoid",
            released="2006",
            isrc="XXEM10600002",
            clip="war_of_freedom.ogg",
            deezer=(DeezerTwin(id=9_000_201, rank=185_696), DeezerTwin(id=9_000_202, rank=559_227)),
            itunes_id=8_000_201,
        ),
        # Spotify names no ISRC: only title, artist and length can say that it is the one.
        _song(
            "Palace",
            "Will Savino",
            duration_ms=65_161,
            album=_HYPERROGUE,
            released="2018",
            clip="palace.ogg",
            deezer=(DeezerTwin(id=9_000_203, rank=498_510, isrc="XXEM11800003"),),
            itunes_id=8_000_203,
        ),
        # Deezer has a live version, which is another recording, and an edition some seconds
        # longer, which may be another one: the artist must be asked.
        _song(
            "Coherence",
            "Max McCracken",
            duration_ms=228_574,
            album=_SINGULARITY,
            released="2012-12-15",
            isrc="XXEM11200004",
            clip="coherence.ogg",
            deezer=(
                DeezerTwin(
                    id=9_000_204,
                    rank=204_118,
                    version="(Live)",
                    isrc="XXEM11900008",
                    duration_s=241,
                ),
                DeezerTwin(id=9_000_206, rank=98_340, isrc="XXEM11900009", duration_s=232),
            ),
        ),
    )


def _missing() -> tuple[Song, ...]:
    """Return what no service has audio of."""
    return (
        # Deezer knows it, but may not play it: no preview.
        _song(
            "Orbital Elevator",
            "Max McCracken",
            duration_ms=282_240,
            album=_RESEARCH,
            released="2012-12-15",
            isrc="XXEM11200005",
            deezer=(DeezerTwin(id=9_000_205, rank=40_077, readable=False),),
            itunes_id=8_000_205,
        ),
        # Deezer and iTunes do not have it at all.
        _song(
            "Ocean",
            "Will Savino",
            duration_ms=60_486,
            album=_HYPERROGUE,
            released="2018",
            isrc="XXEM11800002",
        ),
    )
