from chengyun.kernel.models.city import CalendarDay, Installation, Setting
from chengyun.kernel.models.files import Attachment, File
from chengyun.kernel.models.history import Audit, Delivery, Personal, Seal
from chengyun.kernel.models.machinery import (
    IdempotentAnswer,
    PeriodicRun,
    Sequence,
    WorkflowEdition,
)
from chengyun.kernel.models.subject import Subject

__all__ = [
    "Attachment",
    "Audit",
    "CalendarDay",
    "Delivery",
    "File",
    "IdempotentAnswer",
    "Installation",
    "PeriodicRun",
    "Personal",
    "Seal",
    "Sequence",
    "Setting",
    "Subject",
    "WorkflowEdition",
]
