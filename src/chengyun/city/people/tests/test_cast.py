"""The cast stands, and its members reach what their posts say."""

from __future__ import annotations

import pytest
from django.urls import reverse

from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, make_cast
from chengyun.city.people.models import Role, Unit, User
from chengyun.city.people.roles import DEFAULT_ROLES, DefaultRole, mingled
from chengyun.kernel import audit, registry
from chengyun.kernel.specs import Permission

pytestmark = pytest.mark.django_db


def test_the_cast_is_made_through_the_verbs() -> None:
    cast = make_cast()
    assert User.objects.count() == 20
    assert Unit.objects.get(code="371502-SZ").path == "371500-CG/371502-SZ/"
    assert cast.inspector.check_password("lake-and-canal-42")
    assert audit.verify().sound


def test_reach_follows_the_post() -> None:
    cast = make_cast()
    assert cast.dispatcher.scope("case.dispatch").areas == (DISTRICT,)
    assert cast.bob.scope("case.dispatch").areas == (OTHER_DISTRICT,)
    assert cast.evaluator.scope("case.view").areas == (CITY,)
    assert cast.department.scope("case.handle").units == (cast.crew.pk,)
    assert cast.inspector.scope("case.view").person == cast.inspector.pk
    assert not cast.charlie.may("case.view")
    assert cast.charlie.scope("case.view").empty


def test_default_roles_keep_the_three_administrations_apart() -> None:
    make_cast()
    assert [r.key for r in DEFAULT_ROLES if len(mingled(r.permissions)) > 1] == []
    assert Role.objects.count() == len(DEFAULT_ROLES)


def test_every_permission_of_a_default_role_is_declared_and_every_declared_one_is_held() -> None:
    held = {key for role in DEFAULT_ROLES for key in role.permissions}
    declared = {permission.key for permission in registry.all_of(Permission)}
    assert held - declared == set()
    assert declared - held == set()


@pytest.mark.parametrize("role", DEFAULT_ROLES, ids=lambda role: role.key)
def test_every_role_has_a_home(role: DefaultRole) -> None:
    assert reverse(role.home)
