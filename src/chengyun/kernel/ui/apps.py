from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "chengyun.kernel.ui"
    label = "ui"
