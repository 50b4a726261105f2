"""The worker of the city, and each lane that runs apart, on the fast clock of the day."""

import sys

import django

from bench._day_clock import hurry

hurry()
django.setup()

from django.core.management import call_command  # noqa: E402

from chengyun.kernel.management.commands import worker  # noqa: E402

worker.APART = (sys.executable, "-m", "bench._day_worker", "lane")
call_command(*sys.argv[1:])
