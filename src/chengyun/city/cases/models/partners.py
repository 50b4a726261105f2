"""Programs of others that send reports, each with a secret of its own."""

from __future__ import annotations

from django.db import models


class Partner(models.Model):
    """A program that sends signed reports: hotline, a neighbouring platform, a company.

    ``seed`` makes its secret together with the key of this installation: neither alone says it. After a change the old
    one holds until ``old_until``. ``book`` is where its numbers are unique.
    """

    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=20)
    book = models.CharField(max_length=40)
    seed = models.CharField(max_length=64)
    old_seed = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The audit is searched by its key."""
        return self.key


class PartnerCall(models.Model):
    """A signature that was taken: the same one is refused while its timestamp still holds."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    signature = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("partner", "signature"), name="partner_call_once"),
        )
