from django.urls import path

from chengyun.systems.coordination import (
    alike_pages,
    bulk_pages,
    dossier_pages,
    pages,
    repeat_pages,
    rule_pages,
    search_pages,
    trial_pages,
)

app_name = "coordination"
urlpatterns = [
    path("desk/", pages.desk, name="desk"),
    path("desk/bulk/", bulk_pages.bulk, name="bulk"),
    path("find/", search_pages.find, name="find"),
    path("find/suggest/", search_pages.suggest, name="suggest"),
    path("cases/", pages.cases, name="cases"),
    path("cases/new/", pages.new, name="new"),
    path("cases/similar/", alike_pages.similar, name="similar"),
    path("cases/<str:code>/", pages.case, name="case"),
    path("cases/<str:code>/preview/", pages.preview, name="preview"),
    path("cases/<str:code>/dossier/", dossier_pages.dossier, name="dossier"),
    path("cases/<str:code>/dossier.docx", dossier_pages.dossier_word, name="dossier_word"),
    path("cases/<str:code>/<str:verb>/", pages.take, name="take"),
    path("repeated/", repeat_pages.repeated, name="repeated"),
    path("repeated/<str:code>/", repeat_pages.repeat, name="repeat"),
    path("map/", pages.on_map, name="on_map"),
    path("rules/", rule_pages.rules, name="rules"),
    path("rules/begin/", rule_pages.rules_begin, name="rules_begin"),
    path("rules/editions/<int:pk>/", rule_pages.rules_edition, name="rules_edition"),
    path("rules/try/", trial_pages.rules_try, name="rules_try"),
    path("rules/draft/simulation/", trial_pages.rules_simulation, name="rules_simulation"),
    path("rules/draft/", rule_pages.rules_draft, name="rules_draft"),
    path("rules/draft/add/", rule_pages.rule_add, name="rule_add"),
    path("rules/draft/drop/", rule_pages.rules_drop, name="rules_drop"),
    path("rules/draft/force/", rule_pages.rules_force, name="rules_force"),
    path("rules/draft/<int:pk>/", rule_pages.rule, name="rule"),
    path("rules/draft/<int:pk>/move/", rule_pages.rule_move, name="rule_move"),
    path("rules/draft/<int:pk>/drop/", rule_pages.rule_drop, name="rule_drop"),
]
