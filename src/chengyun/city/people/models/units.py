"""Organisations in four levels 市–区–街道–居, their departments and companies."""

from __future__ import annotations

from django.db import models


class Unit(models.Model):
    """A body that can be made responsible. It is never deleted, it ends."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", "主管部门"
        CENTRE = "centre", "监督指挥中心"
        DEPARTMENT = "department", "专业部门"
        STREET = "street", "街道（镇）"
        COMMUNITY = "community", "社区（村）"
        COMPANY = "company", "企业"
        PARTNER = "partner", "联动部门"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=120, db_index=True)
    area = models.CharField(max_length=15, db_index=True)
    duties = models.TextField(blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("path",)

    def __str__(self) -> str:
        return self.short_name or self.name
