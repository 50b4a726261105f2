from django.urls import path

from chengyun.systems.coordination import pages

app_name = "coordination"
urlpatterns = [
    path("desk/", pages.desk, name="desk"),
    path("cases/", pages.cases, name="cases"),
    path("cases/new/", pages.new, name="new"),
    path("cases/<str:code>/", pages.case, name="case"),
    path("cases/<str:code>/preview/", pages.preview, name="preview"),
    path("cases/<str:code>/<str:verb>/", pages.take, name="take"),
    path("map/", pages.on_map, name="on_map"),
]
