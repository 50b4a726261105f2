from django.urls import path

from chengyun.city.people import pages

app_name = "people"
urlpatterns = [
    path("", pages.home, name="home"),
    path("login/", pages.login, name="login"),
    path("login/code/", pages.login_code, name="login_code"),
    path("login/password/", pages.password_due, name="password_due"),
    path("logout/", pages.logout, name="logout"),
    path("me/", pages.me, name="me"),
    path("me/password/", pages.password, name="password"),
    path("me/second-factor/", pages.second_factor, name="second_factor"),
    path("me/second-factor/off/", pages.second_factor_off, name="second_factor_off"),
    path("me/tokens/", pages.token_add, name="token_add"),
    path("me/tokens/<int:pk>/revoke/", pages.token_revoke, name="token_revoke"),
]
