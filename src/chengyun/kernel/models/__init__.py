from chengyun.kernel.models.city import CalendarDay, Installation, Setting
from chengyun.kernel.models.files import Attachment, Capture, File, PhotoPrint
from chengyun.kernel.models.history import Audit, Delivery, Personal, Seal
from chengyun.kernel.models.lists import ListExport, SavedFilter
from chengyun.kernel.models.machinery import (
    IdempotentAnswer,
    PeriodicRun,
    Sequence,
    WorkflowDraft,
    WorkflowEdition,
)
from chengyun.kernel.models.messages import (
    ChannelRule,
    Dispatch,
    Endpoint,
    Message,
    Preference,
)
from chengyun.kernel.models.subject import Subject

__all__ = [
    "Attachment",
    "Audit",
    "CalendarDay",
    "Capture",
    "ChannelRule",
    "Delivery",
    "Dispatch",
    "Endpoint",
    "File",
    "IdempotentAnswer",
    "Installation",
    "Message",
    "PeriodicRun",
    "ListExport",
    "Personal",
    "PhotoPrint",
    "SavedFilter",
    "Preference",
    "Seal",
    "Sequence",
    "Setting",
    "Subject",
    "WorkflowDraft",
    "WorkflowEdition",
]
