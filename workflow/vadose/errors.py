"""The one exception that a user is meant to read."""


class InputError(ValueError):
    """Something given to Vadose is wrong; the message says what, where and what to do."""
