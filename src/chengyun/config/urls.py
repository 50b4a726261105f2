"""Which door is where."""

from django.urls import include, path

from chengyun.city.people.api import router as people
from chengyun.config.health import healthz
from chengyun.kernel.api import api

api.add_router("", people)

handler400 = "chengyun.kernel.refusals.bad_request"
handler403 = "chengyun.kernel.refusals.forbidden"
handler404 = "chengyun.kernel.refusals.not_found"
handler500 = "chengyun.kernel.refusals.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("", include("chengyun.city.people.urls")),
    path("ui/", include("chengyun.kernel.ui.urls")),
]
