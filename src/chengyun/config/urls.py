"""Which door is where."""

from django.urls import include, path

from chengyun.city.assets.api import router as assets
from chengyun.city.cases.api import router as cases
from chengyun.city.people.api import router as people
from chengyun.city.places.api import router as places
from chengyun.config.health import healthz
from chengyun.kernel.api import api

api.add_router("", people)
api.add_router("places", places)
api.add_router("", assets)
api.add_router("", cases)

handler400 = "chengyun.kernel.refusals.bad_request"
handler403 = "chengyun.kernel.refusals.forbidden"
handler404 = "chengyun.kernel.refusals.not_found"
handler500 = "chengyun.kernel.refusals.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("", include("chengyun.city.people.urls")),
    path("", include("chengyun.city.places.urls")),
    path("ui/", include("chengyun.kernel.ui.urls")),
]
