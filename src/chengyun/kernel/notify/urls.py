from django.urls import path

from chengyun.kernel.notify import pages

app_name = "notify"
urlpatterns = [
    path("", pages.inbox, name="inbox"),
    path("read/", pages.read_all, name="read_all"),
    path("settings/", pages.wishes, name="wishes"),
    path("<int:pk>/", pages.message, name="message"),
]
