from chengyun.city.people.models.places import Binding
from chengyun.city.people.models.units import Unit
from chengyun.city.people.models.users import ApiToken, Post, Role, User

__all__ = ["ApiToken", "Binding", "Post", "Role", "Unit", "User"]
