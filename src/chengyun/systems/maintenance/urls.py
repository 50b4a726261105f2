from django.urls import path

from chengyun.systems.maintenance.pages import audit, calendar, params, roles, tokens, units, users

app_name = "maintenance"
urlpatterns = [
    path("units/", units.units, name="units"),
    path("units/add/", units.unit_add, name="unit_add"),
    path("units/<str:code>/", units.unit, name="unit"),
    path("units/<str:code>/end/", units.unit_end, name="unit_end"),
    path("users/", users.users, name="users"),
    path("users/add/", users.user_add, name="user_add"),
    path("users/<str:username>/", users.user, name="user"),
    path("users/<str:username>/end/", users.user_end, name="user_end"),
    path("users/<str:username>/unlock/", users.user_unlock, name="user_unlock"),
    path("users/<str:username>/password/", users.password_reset, name="password_reset"),
    path("users/<str:username>/posts/", users.post_add, name="post_add"),
    path("posts/<int:pk>/end/", users.post_end, name="post_end"),
    path("roles/", roles.roles, name="roles"),
    path("roles/add/", roles.role_add, name="role_add"),
    path("roles/<str:key>/", roles.role, name="role"),
    path("params/", params.params, name="params"),
    path("params/<str:key>/", params.param, name="param"),
    path("params/<str:key>/unset/", params.param_unset, name="param_unset"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/day/", calendar.calendar_day, name="calendar_day"),
    path("calendar/import/", calendar.calendar_import, name="calendar_import"),
    path("calendar/confirm/", calendar.calendar_confirm, name="calendar_confirm"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/add/", tokens.token_add, name="token_add"),
    path("tokens/<int:pk>/", tokens.token, name="token"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.audit_export, name="audit_export"),
    path("audit/verify/", audit.audit_verify, name="audit_verify"),
    path("audit/<int:pk>/", audit.audit_row, name="audit_row"),
    path("audit/<int:pk>/personal/", audit.audit_personal, name="audit_personal"),
]
