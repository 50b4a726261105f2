from chengyun.city.cases.models.cases import DISTRICT, FAR, Case, StageClock
from chengyun.city.cases.models.catalogue import CaseClass, FilingCondition

__all__ = ["DISTRICT", "FAR", "Case", "CaseClass", "FilingCondition", "StageClock"]
