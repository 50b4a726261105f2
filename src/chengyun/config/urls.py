"""Which door is where."""

from django.urls import path

from chengyun.config.health import healthz
from chengyun.kernel.api import api

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
]
