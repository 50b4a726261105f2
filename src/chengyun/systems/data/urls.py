from django.urls import path

from chengyun.systems.data.pages import assets, imports, places, writing

app_name = "data"
urlpatterns = [
    path("assets/", assets.assets, name="assets"),
    path("assets/map/", assets.map, name="map"),
    path("assets/export/", assets.assets_export, name="assets_export"),
    path("assets/add/", writing.asset_add, name="asset_add"),
    path("assets/<str:code>/", assets.asset, name="asset"),
    path("assets/<str:code>/edit/", writing.asset_edit, name="asset_edit"),
    path("assets/<str:code>/state/", writing.asset_state, name="asset_state"),
    path("assets/<str:code>/end/", writing.asset_end, name="asset_end"),
    path("assets/<str:code>/photo/", writing.asset_photo, name="asset_photo"),
    path("imports/", imports.imports, name="imports"),
    path("imports/add/", imports.import_add, name="import_add"),
    path("imports/template/<str:key>.xlsx", imports.import_template, name="import_template"),
    path("imports/<int:pk>/", imports.import_run, name="import_run"),
    path("imports/<int:pk>/start/", imports.import_start, name="import_start"),
    path("imports/<int:pk>/report/", imports.import_report, name="import_report"),
    path("places/", places.places, name="places"),
    path("places/import/", places.places_import, name="places_import"),
    path("places/import/check/", places.places_check, name="places_check"),
    path("places/<str:code>/", places.place, name="place"),
]
