"""What a person runs into before the bot hears of it, or instead of an answer."""


class RefusedError(Exception):
    """Discord's own client would not let this person do that."""


class NoAnswerError(Exception):
    """The person reads "The application did not respond"."""
