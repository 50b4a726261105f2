"""Pages of the evaluation system."""

from django.urls import path

from chengyun.systems.evaluation import pages, ranking_pages

app_name = "evaluation"
urlpatterns = [
    path("", pages.bulletins, name="bulletins"),
    path("ranking/", ranking_pages.ranking, name="ranking"),
    path("ranking/word/", ranking_pages.ranking_word, name="ranking_word"),
    path("indicators/", ranking_pages.indicators, name="indicators"),
    path("indicators/<slug:key>/", ranking_pages.figure, name="figure"),
    path("draft/", pages.bulletin_draft, name="bulletin_draft"),
    path("findings/", pages.findings, name="findings"),
    path("findings/new/", pages.finding_new, name="finding_new"),
    path("findings/<slug:code>/", pages.finding, name="finding"),
    path("bulletins/<slug:code>/", pages.bulletin, name="bulletin"),
    path("bulletins/<slug:code>/word/", pages.bulletin_word, name="bulletin_word"),
    path("bulletins/<slug:code>/<slug:verb>/", pages.bulletin_act, name="bulletin_act"),
]
