from django.apps import AppConfig


class GatewaysConfig(AppConfig):
    name = "chengyun.gateways"
    label = "gateways"
