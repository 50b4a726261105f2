"""What people and programs were told, by which ways it went, and what each of them wants to hear."""

from __future__ import annotations

from django.db import models


class Endpoint(models.Model):
    """A program elsewhere that is told of events by a signed call. Its key is derived and stands nowhere."""

    label = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    area = models.CharField(max_length=15)
    kinds = models.JSONField(default=list)
    generation = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.label


class Message(models.Model):
    """One thing told to one recipient: a person, an endpoint, or an address outside.

    ``about`` is the occasion; ``to`` the recipient as text. The same occasion is told to the same recipient once.
    ``shown``: it stands in the person's inbox.
    """

    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=60)
    to = models.CharField(max_length=220)
    person_id = models.BigIntegerField(null=True)
    endpoint = models.ForeignKey(
        Endpoint, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    role = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    link = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40, blank=True)
    area = models.CharField(max_length=15, blank=True)
    urgent = models.BooleanField(default=False)
    shown = models.BooleanField(default=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("about", "kind", "to"), name="message_told_once"),
        )
        indexes = (
            models.Index(
                fields=("person_id", "-id"), name="message_inbox", condition=models.Q(shown=True)
            ),
            models.Index(
                fields=("person_id",),
                name="message_unread",
                condition=models.Q(shown=True, read_at=None),
            ),
        )

    def __str__(self) -> str:
        return self.title


class Dispatch(models.Model):
    """One message on its way by one channel."""

    WAITING, SENT, DEAD, SKIPPED = "waiting", "sent", "dead", "skipped"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="dispatches")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=8, default=WAITING)
    digest = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("message", "channel"), name="dispatch_once"),
        )
        indexes = (
            models.Index(
                fields=("next_at", "id"), name="dispatch_due", condition=models.Q(state="waiting")
            ),
            models.Index(fields=("state", "-id"), name="dispatch_state"),
        )


class ChannelRule(models.Model):
    """By which ways a role is told of a kind of event, where the city does not leave it as it came."""

    role = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    channels = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("role", "kind"), name="channel_rule_once"),)


class Preference(models.Model):
    """What one person wants: kinds that are muted, hours of quiet, one letter a day instead of many."""

    person_id = models.BigIntegerField(unique=True)
    muted = models.JSONField(default=list)
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    digest_at = models.TimeField(null=True)
