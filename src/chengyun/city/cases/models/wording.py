"""What the city adds in words: further questions of a class 附加问题, standard answers 常用语 for a step."""

from __future__ import annotations

from django.db import models


class ClassQuestion(models.Model):
    """A question asked when something of a class is reported, perhaps only if another was answered in a certain way.

    Never changed: it ends, and another takes its place; a case keeps the words it was asked in.
    """

    class Kind(models.TextChoices):
        TEXT = "text", "文字"
        NUMBER = "int", "整数"
        CHOICE = "choice", "单选"
        YES_NO = "bool", "是或否"

    class_code = models.CharField(max_length=8, db_index=True)
    key = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    choices = models.JSONField(default=list, blank=True)
    required = models.BooleanField(default=False)
    condition_key = models.CharField(max_length=20, blank=True)
    condition_equals = models.CharField(max_length=60, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("class_code", "key"),
                condition=models.Q(valid_to=None),
                name="class_question_once",
            ),
        )

    def __str__(self) -> str:
        return self.label


class StandardAnswer(models.Model):
    """A sentence people pick instead of typing it: for one verb or all, for one class, a major class (P01) or all."""

    class_code = models.CharField(max_length=8, blank=True)
    verb = models.CharField(max_length=30, blank=True)
    text = models.CharField(max_length=200)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("verb", "class_code"), name="standard_answer_of"),)

    def __str__(self) -> str:
        return self.text
