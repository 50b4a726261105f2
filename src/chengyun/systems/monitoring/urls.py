"""Pages of the monitoring system."""

from django.urls import path

from chengyun.systems.monitoring import (
    alert_pages,
    count_pages,
    device_pages,
    fence_pages,
    health_pages,
    limit_pages,
    limit_trial_pages,
    link_pages,
    pages,
    quality_pages,
    screen_pages,
    silence_pages,
)

app_name = "monitoring"
urlpatterns = [
    path("", pages.wall, name="wall"),
    path("screen/", screen_pages.screen, name="screen"),
    path("alarms/", pages.alarms, name="alarms"),
    path("alarms/<slug:code>/", pages.alarm, name="alarm"),
    path("alarms/<slug:code>/comment/", pages.alarm_comment, name="alarm_comment"),
    path("alarms/<slug:code>/alert/", alert_pages.alert_add, name="alert_add"),
    path("alarms/<slug:code>/<slug:verb>/", pages.alarm_act, name="alarm_act"),
    path("counts/", count_pages.alarm_counts, name="alarm_counts"),
    path("counts/chart/", count_pages.alarm_counts_chart, name="alarm_counts_chart"),
    path("alerts/", alert_pages.alerts, name="alerts"),
    path("alerts/<slug:code>/", alert_pages.alert, name="alert"),
    path(
        "alerts/<slug:code>/acknowledge/", alert_pages.alert_acknowledge, name="alert_acknowledge"
    ),
    path("alerts/<slug:code>/lift/", alert_pages.alert_lift, name="alert_lift"),
    path("silences/", silence_pages.silences, name="silences"),
    path("silences/add/", silence_pages.silence_add, name="silence_add"),
    path("silences/<slug:code>/", silence_pages.silence, name="silence"),
    path("silences/<slug:code>/end/", silence_pages.silence_end, name="silence_end"),
    path("devices/", device_pages.devices, name="devices"),
    path("devices/add/", device_pages.device_add, name="device_add"),
    path("devices/<slug:code>/", device_pages.device, name="device"),
    path("devices/<slug:code>/near/", device_pages.near, name="near"),
    path("devices/<slug:code>/quality/", quality_pages.quality, name="quality"),
    path("devices/<slug:code>/edit/", device_pages.device_edit, name="device_edit"),
    path("devices/<slug:code>/end/", device_pages.device_end, name="device_end"),
    path("fences/", fence_pages.fences, name="fences"),
    path("fences/add/", fence_pages.fence_add, name="fence_add"),
    path("fences/<slug:code>/", fence_pages.fence, name="fence"),
    path("fences/<slug:code>/end/", fence_pages.fence_end, name="fence_end"),
    path("health/", health_pages.health, name="health"),
    path("rules/", limit_pages.limit_rules, name="limit_rules"),
    path("rules/<slug:key>/", limit_pages.limit_rule, name="limit_rule"),
    path("rules/<slug:key>/limits/", limit_pages.limit_add, name="limit_add"),
    path("rules/<slug:key>/trial/", limit_trial_pages.limit_trial, name="limit_trial"),
    path(
        "rules/<slug:key>/trial/chart/",
        limit_trial_pages.limit_trial_chart,
        name="limit_trial_chart",
    ),
    path("limits/<slug:code>/", limit_pages.limit, name="limit"),
    path("limits/<slug:code>/end/", limit_pages.limit_end, name="limit_end"),
    path("links/", link_pages.links, name="links"),
    path("links/<slug:door>/<str:name>/", link_pages.link, name="link"),
]
