"""The second factor of a person: what a telephone and the city both know."""

from __future__ import annotations

from django.db import models

from chengyun.city.people.models.users import User


class SecondFactor(models.Model):
    """A secret for codes by time (RFC 6238). ``last_step`` is the newest code that was used: none is taken twice."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="second_factor")
    secret = models.CharField(max_length=64)
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """Opens the door once in place of a code; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)
