from chengyun.city.cases.models.cases import DISTRICT, FAR, Case, ReporterView, StageClock
from chengyun.city.cases.models.catalogue import CaseClass, FilingCondition
from chengyun.city.cases.models.dispatch import DispatchEdition, DispatchRule

__all__ = [
    "DISTRICT",
    "FAR",
    "Case",
    "CaseClass",
    "DispatchEdition",
    "DispatchRule",
    "FilingCondition",
    "ReporterView",
    "StageClock",
]
