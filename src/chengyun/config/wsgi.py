"""The web process: granian serves `application`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from chengyun.config.env import Misconfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyun.config.settings")

application = get_wsgi_application()


def refuse_demo() -> None:
    """A demo has passwords everybody knows; it cannot become production. Raises `Misconfigured`."""
    from chengyun.kernel.installation import installation

    city = installation() if settings.ENV.production else None
    if city is not None and city.demo:
        raise Misconfigured(
            f"The database holds the demo city {city.name}, which cannot become production;"
            " give a real city its own CHENGYUN_HOME or DATABASE_URL and run chengyun init."
        )


refuse_demo()
