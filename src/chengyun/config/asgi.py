"""The web process: granian serves `application`."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from chengyun.config.limits import limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyun.config.settings")

application = limited(get_asgi_application(), limit=settings.BODY_LIMIT)
