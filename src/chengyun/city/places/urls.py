from django.urls import path

from chengyun.city.places import pages

app_name = "places"

urlpatterns = [
    path("tiles/<str:layer>/<int:z>/<int:x>/<int:y>.mvt", pages.tile, name="tile"),
]
