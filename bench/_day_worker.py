"""The worker of the city, on the fast clock of the day."""

import django

from bench._day_clock import hurry

hurry()
django.setup()

from django.core.management import call_command  # noqa: E402

call_command("worker")
