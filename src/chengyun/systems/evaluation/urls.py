"""Pages of the evaluation system."""

from django.urls import path

from chengyun.systems.evaluation import pages, ranking_pages, scheme_pages, score_pages

app_name = "evaluation"
urlpatterns = [
    path("", pages.bulletins, name="bulletins"),
    path("ranking/", ranking_pages.ranking, name="ranking"),
    path("ranking/word/", ranking_pages.ranking_word, name="ranking_word"),
    path("indicators/", ranking_pages.indicators, name="indicators"),
    path("indicators/<slug:key>/", ranking_pages.figure, name="figure"),
    path("schemes/", scheme_pages.schemes, name="schemes"),
    path("schemes/new/", scheme_pages.scheme_new, name="scheme_new"),
    path("schemes/<slug:key>/", scheme_pages.scheme, name="scheme"),
    path(
        "schemes/<slug:key>/editions/<int:number>/",
        scheme_pages.scheme_edition,
        name="scheme_edition",
    ),
    path("schemes/<slug:key>/begin/", scheme_pages.scheme_begin, name="scheme_begin"),
    path("schemes/<slug:key>/draft/", scheme_pages.scheme_draft, name="scheme_draft"),
    path("schemes/<slug:key>/draft/parts/", scheme_pages.scheme_parts, name="scheme_parts"),
    path("schemes/<slug:key>/draft/add/", scheme_pages.scheme_item_add, name="scheme_item_add"),
    path("schemes/<slug:key>/draft/<int:number>/", scheme_pages.scheme_item, name="scheme_item"),
    path(
        "schemes/<slug:key>/draft/<int:number>/drop/",
        scheme_pages.scheme_item_drop,
        name="scheme_item_drop",
    ),
    path("schemes/<slug:key>/draft/drop/", scheme_pages.scheme_drop, name="scheme_drop"),
    path("schemes/<slug:key>/draft/force/", scheme_pages.scheme_force, name="scheme_force"),
    path("schemes/<slug:key>/compare/", scheme_pages.scheme_compare, name="scheme_compare"),
    path("schemes/<slug:key>/compute/", score_pages.score_compute, name="score_compute"),
    path("schemes/<slug:key>/given/", score_pages.score_given, name="score_given"),
    path("schemes/<slug:key>/given/enter/", score_pages.score_enter, name="score_enter"),
    path("schemes/<slug:key>/given/exclude/", score_pages.score_exclude, name="score_exclude"),
    path(
        "schemes/<slug:key>/given/<int:pk>/decide/", score_pages.score_decide, name="score_decide"
    ),
    path(
        "schemes/<slug:key>/excluded/<int:pk>/readmit/",
        score_pages.score_readmit,
        name="score_readmit",
    ),
    path("schemes/<slug:key>/scores/<int:pk>/", score_pages.score, name="score"),
    path(
        "schemes/<slug:key>/scores/<int:pk>/publish/",
        score_pages.score_publish,
        name="score_publish",
    ),
    path("schemes/<slug:key>/scores/<int:pk>/word/", score_pages.score_word, name="score_word"),
    path(
        "schemes/<slug:key>/scores/<int:pk>/appeal/", score_pages.score_appeal, name="score_appeal"
    ),
    path(
        "schemes/<slug:key>/appeals/<int:pk>/answer/",
        score_pages.score_answer,
        name="score_answer",
    ),
    path("draft/", pages.bulletin_draft, name="bulletin_draft"),
    path("findings/", pages.findings, name="findings"),
    path("findings/new/", pages.finding_new, name="finding_new"),
    path("findings/<slug:code>/", pages.finding, name="finding"),
    path("bulletins/<slug:code>/", pages.bulletin, name="bulletin"),
    path("bulletins/<slug:code>/word/", pages.bulletin_word, name="bulletin_word"),
    path("bulletins/<slug:code>/<slug:verb>/", pages.bulletin_act, name="bulletin_act"),
]
