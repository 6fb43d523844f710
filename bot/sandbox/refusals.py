"""What a person runs into before the bot hears of it, or instead of an answer."""


class RefusedError(Exception):
    """The service's own client would not let this person do that."""


class NoAnswerError(Exception):
    """The person reads that the app did not respond."""
