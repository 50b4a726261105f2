"""Which door is where."""

from django.urls import path

from chengyun.config.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
]
