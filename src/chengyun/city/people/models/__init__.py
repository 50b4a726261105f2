from chengyun.city.people.models.duty import Attendance, Beat, TrackPoint
from chengyun.city.people.models.factors import RecoveryCode, SecondFactor
from chengyun.city.people.models.networks import NetworkTries
from chengyun.city.people.models.patrols import MustVisit, Visit, Walk
from chengyun.city.people.models.places import Binding
from chengyun.city.people.models.stations import Officer, Station, StationVisit
from chengyun.city.people.models.units import Unit
from chengyun.city.people.models.users import ApiToken, Post, Role, User

__all__ = [
    "ApiToken",
    "Attendance",
    "Beat",
    "Binding",
    "MustVisit",
    "NetworkTries",
    "Officer",
    "Post",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "Station",
    "StationVisit",
    "TrackPoint",
    "Unit",
    "User",
    "Visit",
    "Walk",
]
