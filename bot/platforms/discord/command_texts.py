"""Names and descriptions of the commands, as Discord's menu shows them, with their translations.

Discord takes 32 characters of a name, in lower case, and 100 of a description.
"""

from collections.abc import Mapping
from types import MappingProxyType

SUBMIT = "Send a track to a playlist: a Spotify link, or an audio file."
SUBMIT_LINK = "The Spotify link of one track. Leave it out to get a form."
SUBMIT_PLAYLIST = "The playlist it is for."
SUBMIT_AI = "How far AI tools made the track."
SUBMIT_NOTE = "A line for the curators, up to 200 characters."
SUBMIT_AUDIO = "Your own audio file, for scoring only; it is deleted afterwards."
SUBMIT_OWNERSHIP = "Do you own or represent this track?"
SUBMIT_GENRE = "Its genre, if the playlist asks for one."
SUBMIT_LANGUAGE = "The language of the lyrics, if the playlist asks for one."
SUBMIT_ANYWAY = "Send it although it may not suit the playlist; once a week."
SUBMIT_THIS = "Submit this track"

CHECK = "See privately whether a playlist would take a track. Uses no slot."
CHECK_LINK = "The Spotify link of one track."
CHECK_PLAYLIST = "The playlist to check; all of them if left out."
MYSUBS = "Your submissions: where they stand, withdraw, send again."
MYSUBS_STATE = "Which ones to show."
CALLS = "Which playlists are open, and what each of them asks for."
PRIVACY = "Your data: get it, delete it, or choose how answers reach you."
PRIVACY_ACTION = "What to do."
PRIVACY_CODE = "The code to join accounts with, if you have one."

QUEUE = "A playlist's queue, ranked, and why each track is where it is."
QUEUE_PLAYLIST = "The playlist."
QUEUE_VIEW = "Which order, or which part of it."
QUEUE_PAGE = "The page; 1 is the top."
NEXT = "Review the next track of a playlist."
TRACK = "Everything that happened to a submission."
TRACK_ID = "The submission's id, such as T-4F7K."
UNDO = "Take your last answer back, within ten minutes."
UNDO_ID = "The submission's id; your last answer if left out."
DIGEST = "A playlist's week: see it, post it now, or skip it."
DIGEST_ACTION = "What to do with it."
DIGEST_PLAYLIST = "The playlist."

SETUP = "Set up Earmark for this server."
SETUP_ZONE = "The time zone that weeks and digests are meant in."
PLAYLIST = "Add a playlist, change its rules, open or close it."
PLAYLIST_ACTION = "What to do."
PLAYLIST_NAME = "The playlist; not needed to add one."
PLAYLIST_ROLE = "With edit: a role whose members review this playlist."
BLOCKLIST = "Who may not submit here."
BLOCKLIST_ACTION = "What to do."
BLOCKLIST_USER = "A person of this server."
BLOCKLIST_ARTIST = "An artist's name."
BLOCKLIST_REASON = "Why; only curators see it."
BLOCKLIST_DAYS = "For how many days; for good if left out."

# The words of choices, and of the form that the menu opens.
GERMAN: Mapping[str, str] = MappingProxyType(
    {
        # Names of commands and options.
        "submit": "einreichen",
        "check": "prüfen",
        "mysubs": "meine",
        "calls": "aufrufe",
        "privacy": "datenschutz",
        "queue": "warteschlange",
        "next": "nächster",
        "track": "titel",
        "undo": "rückgängig",
        "digest": "wochenbericht",
        "setup": "einrichten",
        "playlist": "playlist",
        "blocklist": "sperrliste",
        "link": "link",
        "ai": "ki",
        "note": "notiz",
        "audio": "audio",
        "ownership": "rechte",
        "genre": "genre",
        "language": "sprache",
        "anyway": "trotzdem",
        "state": "stand",
        "action": "aktion",
        "code": "code",
        "view": "ansicht",
        "page": "seite",
        "id": "nummer",
        "zone": "zeitzone",
        "role": "rolle",
        "user": "person",
        "artist": "künstler",
        "reason": "grund",
        "days": "tage",
        SUBMIT_THIS: "Diesen Titel einreichen",
        # Descriptions.
        SUBMIT: "Einen Titel an eine Playlist senden: als Spotify-Link oder als Audiodatei.",
        SUBMIT_LINK: "Der Spotify-Link eines Titels. Ohne ihn öffnet sich ein Formular.",
        SUBMIT_PLAYLIST: "Die Playlist, für die er ist.",
        SUBMIT_AI: "Wie weit KI-Werkzeuge den Titel gemacht haben.",
        SUBMIT_NOTE: "Eine Zeile für die Kuratoren, bis zu 200 Zeichen.",
        SUBMIT_AUDIO: "Deine eigene Audiodatei, nur zum Bewerten; danach wird sie gelöscht.",
        SUBMIT_OWNERSHIP: "Gehört dir dieser Titel, oder vertrittst du ihn?",
        SUBMIT_GENRE: "Sein Genre, wenn die Playlist danach fragt.",
        SUBMIT_LANGUAGE: "Die Sprache des Textes, wenn die Playlist danach fragt.",
        SUBMIT_ANYWAY: "Senden, obwohl er vielleicht nicht zur Playlist passt; einmal die Woche.",
        CHECK: "Privat nachsehen, ob eine Playlist einen Titel nähme. Kostet keinen Platz.",
        CHECK_LINK: "Der Spotify-Link eines Titels.",
        CHECK_PLAYLIST: "Die Playlist; ohne Angabe alle.",
        MYSUBS: "Deine Einreichungen: wie sie stehen, zurückziehen, erneut senden.",
        MYSUBS_STATE: "Welche gezeigt werden.",
        CALLS: "Welche Playlists offen sind, und was jede von ihnen verlangt.",
        PRIVACY: "Deine Daten: erhalten, löschen, oder wählen, wie Antworten dich erreichen.",
        PRIVACY_ACTION: "Was getan werden soll.",
        PRIVACY_CODE: "Der Code, um Konten zu verbinden, wenn du einen hast.",
        QUEUE: "Die Warteschlange einer Playlist, geordnet, mit dem Grund für jeden Platz.",
        QUEUE_PLAYLIST: "Die Playlist.",
        QUEUE_VIEW: "In welcher Reihenfolge, oder welcher Teil.",
        QUEUE_PAGE: "Die Seite; 1 ist die oberste.",
        NEXT: "Den nächsten Titel einer Playlist anhören und beurteilen.",
        TRACK: "Alles, was mit einer Einreichung geschehen ist.",
        TRACK_ID: "Die Nummer der Einreichung, etwa T-4F7K.",
        UNDO: "Deine letzte Antwort zurücknehmen, innerhalb von zehn Minuten.",
        UNDO_ID: "Die Nummer der Einreichung; ohne Angabe deine letzte Antwort.",
        DIGEST: "Die Woche einer Playlist: ansehen, jetzt senden oder auslassen.",
        DIGEST_ACTION: "Was damit geschehen soll.",
        DIGEST_PLAYLIST: "Die Playlist. ",
        SETUP: "Earmark für diesen Server einrichten.",
        SETUP_ZONE: "Die Zeitzone, in der Wochen und Berichte gemeint sind.",
        PLAYLIST: "Eine Playlist anlegen, ihre Regeln ändern, sie öffnen oder schließen.",
        PLAYLIST_ACTION: "Was getan werden soll.",
        PLAYLIST_NAME: "Die Playlist; zum Anlegen nicht nötig.",
        PLAYLIST_ROLE: "Beim Ändern: eine Rolle, deren Mitglieder diese Playlist beurteilen.",
        BLOCKLIST: "Wer hier nichts einreichen darf.",
        BLOCKLIST_ACTION: "Was getan werden soll.",
        BLOCKLIST_USER: "Eine Person dieses Servers.",
        BLOCKLIST_ARTIST: "Der Name eines Künstlers.",
        BLOCKLIST_REASON: "Warum; nur Kuratoren sehen es.",
        BLOCKLIST_DAYS: "Für wie viele Tage; ohne Angabe für immer.",
        # Choices.
        "No": "Nein",
        "Partly": "Teilweise",
        "Mostly": "Überwiegend",
        "waiting": "wartend",
        "answered": "beantwortet",
        "all": "alle",
        "export": "erhalten",
        "delete": "löschen",
        "messages on": "Nachrichten an",
        "messages off": "Nachrichten aus",
        "join accounts": "Konten verbinden",
        "suggested": "vorgeschlagen",
        "oldest": "älteste",
        "discovery": "Entdeckungen",
        "needs vote": "braucht Stimme",
        "mine": "von mir übernommen",
        "maybe": "vielleicht",
        "snoozed": "zurückgestellt",
        "preview": "ansehen",
        "send": "senden",
        "skip": "auslassen",
        "add": "hinzufügen",
        "edit": "ändern",
        "open": "öffnen",
        "close": "schließen",
        "pause": "anhalten",
        "remove": "entfernen",
        "list": "zeigen",
    }
)
