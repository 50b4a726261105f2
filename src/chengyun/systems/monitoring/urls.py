"""Pages of the monitoring system."""

from django.urls import path

from chengyun.systems.monitoring import (
    alert_pages,
    command_pages,
    device_pages,
    dialect_pages,
    limit_pages,
    limit_trial_pages,
    link_pages,
    pages,
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
    path("alerts/", alert_pages.alerts, name="alerts"),
    path("alerts/<slug:code>/", alert_pages.alert, name="alert"),
    path(
        "alerts/<slug:code>/acknowledge/", alert_pages.alert_acknowledge, name="alert_acknowledge"
    ),
    path("alerts/<slug:code>/lift/", alert_pages.alert_lift, name="alert_lift"),
    path("commands/", command_pages.commands, name="commands"),
    path("commands/<slug:code>/", command_pages.command, name="command"),
    path("commands/<slug:code>/<slug:verb>/", command_pages.command_act, name="command_act"),
    path("silences/", silence_pages.silences, name="silences"),
    path("silences/add/", silence_pages.silence_add, name="silence_add"),
    path("silences/<slug:code>/", silence_pages.silence, name="silence"),
    path("silences/<slug:code>/end/", silence_pages.silence_end, name="silence_end"),
    path("devices/", device_pages.devices, name="devices"),
    path("devices/add/", device_pages.device_add, name="device_add"),
    path("devices/<slug:code>/", device_pages.device, name="device"),
    path("devices/<slug:code>/near/", device_pages.near, name="near"),
    path("devices/<slug:code>/edit/", device_pages.device_edit, name="device_edit"),
    path("devices/<slug:code>/end/", device_pages.device_end, name="device_end"),
    path("devices/<slug:code>/set/<slug:point>/", command_pages.command_add, name="command_add"),
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
    path("dialects/", dialect_pages.dialects, name="dialects"),
    path("dialects/<int:pk>/", dialect_pages.dialect, name="dialect"),
    path("dialects/<int:pk>/take_back/", dialect_pages.dialect_take_back, name="dialect_take_back"),
    path("dialects/<int:pk>/allow/", dialect_pages.dialect_allow, name="dialect_allow"),
    path("links/", link_pages.links, name="links"),
    path("links/<slug:door>/<str:name>/", link_pages.link, name="link"),
]
