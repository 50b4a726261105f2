from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "chengyun.systems.evaluation"
    label = "evaluation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.systems.evaluation import declared  # noqa: F401
