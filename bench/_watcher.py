"""Print the session of somebody who watches the alarms of the city that ``bench._devices`` made."""

import django

django.setup()

from django.test import Client  # noqa: E402 - the settings come first

from chengyun.city.people.models import User  # noqa: E402

client = Client()
client.force_login(User.objects.get(username="duty"))
print(f"chengyun_session={client.cookies['chengyun_session'].value}")
