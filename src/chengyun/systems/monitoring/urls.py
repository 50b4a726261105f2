"""Pages of the monitoring system."""

from django.urls import path

from chengyun.systems.monitoring import device_pages, link_pages, pages

app_name = "monitoring"
urlpatterns = [
    path("", pages.wall, name="wall"),
    path("alarms/", pages.alarms, name="alarms"),
    path("alarms/<slug:code>/", pages.alarm, name="alarm"),
    path("alarms/<slug:code>/<slug:verb>/", pages.alarm_act, name="alarm_act"),
    path("devices/", device_pages.devices, name="devices"),
    path("devices/add/", device_pages.device_add, name="device_add"),
    path("devices/<slug:code>/", device_pages.device, name="device"),
    path("devices/<slug:code>/edit/", device_pages.device_edit, name="device_edit"),
    path("devices/<slug:code>/end/", device_pages.device_end, name="device_end"),
    path("links/", link_pages.links, name="links"),
    path("links/<slug:door>/<str:name>/", link_pages.link, name="link"),
]
