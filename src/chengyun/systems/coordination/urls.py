from django.urls import path

from chengyun.systems.coordination import bulk_pages, dossier_pages, pages, search_pages

app_name = "coordination"
urlpatterns = [
    path("desk/", pages.desk, name="desk"),
    path("desk/bulk/", bulk_pages.bulk, name="bulk"),
    path("find/", search_pages.find, name="find"),
    path("find/suggest/", search_pages.suggest, name="suggest"),
    path("cases/", pages.cases, name="cases"),
    path("cases/new/", pages.new, name="new"),
    path("cases/<str:code>/", pages.case, name="case"),
    path("cases/<str:code>/preview/", pages.preview, name="preview"),
    path("cases/<str:code>/dossier/", dossier_pages.dossier, name="dossier"),
    path("cases/<str:code>/dossier.docx", dossier_pages.dossier_word, name="dossier_word"),
    path("cases/<str:code>/<str:verb>/", pages.take, name="take"),
    path("map/", pages.on_map, name="on_map"),
]
