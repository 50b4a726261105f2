"""Which door is where."""

from django.urls import include, path

from chengyun.city.assets.api import router as assets
from chengyun.city.cases.agreement_api import router as agreements
from chengyun.city.cases.api import router as cases
from chengyun.city.cases.camera_api import router as cameras
from chengyun.city.cases.campaign_api import router as campaigns
from chengyun.city.cases.discovery_api import router as discoveries
from chengyun.city.cases.flight_api import router as flights
from chengyun.city.cases.handover_api import router as handovers
from chengyun.city.cases.inquiry_api import router as inquiries
from chengyun.city.cases.instruction_api import router as instructions
from chengyun.city.cases.intake_run_api import router as intake_runs
from chengyun.city.cases.joint_api import router as joint
from chengyun.city.cases.meeting_api import router as meetings
from chengyun.city.cases.partner_api import router as partners
from chengyun.city.cases.petition_api import router as petitions
from chengyun.city.cases.proposing_api import router as proposing
from chengyun.city.cases.service_api import router as services
from chengyun.city.cases.station_api import router as stations
from chengyun.city.cases.team_api import router as teams
from chengyun.city.cases.whistle_api import router as whistles
from chengyun.city.inspections.api import router as inspections
from chengyun.city.people.api import router as people
from chengyun.city.places.api import router as places
from chengyun.city.sensing.alert_api import router as alerts
from chengyun.city.sensing.api import router as sensing
from chengyun.city.sensing.fence_api import router as fences
from chengyun.city.sensing.light_api import router as lights
from chengyun.city.sensing.limit_api import router as alarm_limits
from chengyun.city.sensing.silence_api import router as silences
from chengyun.city.sensing.weather_api import router as weather
from chengyun.config.health import healthz
from chengyun.kernel.api import api
from chengyun.systems.coordination.api import router as coordination
from chengyun.systems.coordination.patrol_api import router as patrol
from chengyun.systems.coordination.phone.api import router as phone
from chengyun.systems.coordination.walk_api import router as walks
from chengyun.systems.evaluation.api import router as evaluation
from chengyun.systems.monitoring.api import router as monitoring

api.add_router("", people)
api.add_router("places", places)
api.add_router("", assets)
api.add_router("", proposing)  # before those with a verb in the path
api.add_router("", cameras)
api.add_router("", discoveries)
api.add_router("", flights)
api.add_router("", campaigns)
api.add_router("", handovers)
api.add_router("", whistles)
api.add_router("", stations)
api.add_router("", meetings)
api.add_router("", agreements)
api.add_router("", teams)
api.add_router("", services)
api.add_router("", joint)
api.add_router("", inquiries)
api.add_router("", instructions)
api.add_router("", petitions)
api.add_router("", intake_runs)
api.add_router("", partners)
api.add_router("", cases)
api.add_router("", coordination)
api.add_router("", patrol)
api.add_router("", walks)
api.add_router("", phone)
api.add_router("", inspections)
api.add_router("", evaluation)
api.add_router("", monitoring)
api.add_router("", sensing)
api.add_router("", alerts)
api.add_router("", weather)
api.add_router("", lights)
api.add_router("", silences)
api.add_router("", fences)
api.add_router("", alarm_limits)

handler400 = "chengyun.kernel.refusals.bad_request"
handler403 = "chengyun.kernel.refusals.forbidden"
handler404 = "chengyun.kernel.refusals.not_found"
handler500 = "chengyun.kernel.refusals.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("", include("chengyun.city.people.urls")),
    path("", include("chengyun.systems.coordination.urls")),
    path("", include("chengyun.city.places.urls")),
    path("messages/", include("chengyun.kernel.notify.urls")),
    path("files/", include("chengyun.kernel.filedoors")),
    path("lists/", include("chengyun.kernel.listdoors")),
    path("evaluation/", include("chengyun.systems.evaluation.urls")),
    path("monitoring/", include("chengyun.systems.monitoring.urls")),
    path("data/", include("chengyun.systems.data.urls")),
    path("maintenance/", include("chengyun.systems.maintenance.urls")),
    path("ui/", include("chengyun.kernel.ui.urls")),
]
