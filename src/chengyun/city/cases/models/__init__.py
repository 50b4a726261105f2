from chengyun.city.cases.models.cases import DISTRICT, FAR, Case, ReporterView, StageClock
from chengyun.city.cases.models.catalogue import CaseClass, FilingCondition

__all__ = ["DISTRICT", "FAR", "Case", "CaseClass", "FilingCondition", "ReporterView", "StageClock"]
