from django.urls import path

from chengyun.city.people import pages

app_name = "people"
urlpatterns = [
    path("", pages.home, name="home"),
    path("login/", pages.login, name="login"),
    path("logout/", pages.logout, name="logout"),
    path("me/", pages.me, name="me"),
    path("me/password/", pages.password, name="password"),
    path("me/tokens/", pages.token_add, name="token_add"),
    path("me/tokens/<int:pk>/revoke/", pages.token_revoke, name="token_revoke"),
]
