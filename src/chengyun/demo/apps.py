"""The demo city as an app: it brings the command that builds it."""

from django.apps import AppConfig


class Demo(AppConfig):
    name = "chengyun.demo"
    label = "demo"
