from django.urls import path

from chengyun.kernel.ui import pages

app_name = "ui"
urlpatterns = [
    path("look", pages.look, name="look"),
    path("horizon", pages.horizon, name="horizon"),
    path("components", pages.components, name="components"),
]
