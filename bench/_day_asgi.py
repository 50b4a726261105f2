"""The city as it is served, on the fast clock of the day."""

from bench._day_clock import hurry

hurry()

from chengyun.config.asgi import application  # noqa: E402, F401
