from chengyun.city.cases.models.agreements import Agreement
from chengyun.city.cases.models.campaigns import (
    Campaign,
    CampaignAmount,
    CampaignCase,
    CampaignUnit,
)
from chengyun.city.cases.models.cases import DISTRICT, FAR, Case, ReporterView, StageClock
from chengyun.city.cases.models.catalogue import CaseClass, FilingCondition
from chengyun.city.cases.models.communities import Meeting, Promise, VisitFinding
from chengyun.city.cases.models.discoveries import Camera, Discovery, DiscoveryKind, Flight
from chengyun.city.cases.models.dispatch import DispatchEdition, DispatchRule
from chengyun.city.cases.models.handovers import HandOver
from chengyun.city.cases.models.inquiries import Caller, Inquiry
from chengyun.city.cases.models.instructions import Instruction
from chengyun.city.cases.models.intake_runs import IntakeRun
from chengyun.city.cases.models.invitations import Invitation
from chengyun.city.cases.models.joint import (
    JointAction,
    JointEntry,
    JointItem,
    JointPart,
    JointStop,
)
from chengyun.city.cases.models.limits import LimitMark
from chengyun.city.cases.models.partners import Partner, PartnerCall
from chengyun.city.cases.models.patrols import Missed, WalkFinding
from chengyun.city.cases.models.petitions import Petition
from chengyun.city.cases.models.requests import CaseLink, CaseRequest, Share, Supervision
from chengyun.city.cases.models.service_items import Enlistment, ServiceBody, ServiceItem
from chengyun.city.cases.models.stewards import Steward, StewardPoint
from chengyun.city.cases.models.teams import Team, TeamCase, TeamMember, TeamPost, TeamTemplate
from chengyun.city.cases.models.whistles import Arrival, Whistle
from chengyun.city.cases.models.wording import ClassQuestion, StandardAnswer

__all__ = [
    "DISTRICT",
    "FAR",
    "Agreement",
    "Arrival",
    "Caller",
    "Camera",
    "Campaign",
    "CampaignAmount",
    "CampaignCase",
    "CampaignUnit",
    "Case",
    "CaseClass",
    "CaseLink",
    "CaseRequest",
    "ClassQuestion",
    "Discovery",
    "DiscoveryKind",
    "DispatchEdition",
    "DispatchRule",
    "Enlistment",
    "FilingCondition",
    "Flight",
    "HandOver",
    "Inquiry",
    "Instruction",
    "IntakeRun",
    "Invitation",
    "Partner",
    "PartnerCall",
    "LimitMark",
    "JointAction",
    "JointEntry",
    "JointItem",
    "JointPart",
    "JointStop",
    "Petition",
    "Meeting",
    "Missed",
    "ReporterView",
    "Promise",
    "ServiceBody",
    "ServiceItem",
    "Share",
    "StageClock",
    "StandardAnswer",
    "Steward",
    "StewardPoint",
    "Supervision",
    "Team",
    "TeamCase",
    "TeamMember",
    "TeamPost",
    "TeamTemplate",
    "VisitFinding",
    "WalkFinding",
    "Whistle",
]
