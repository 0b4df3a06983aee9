"""Tables of tenants: who we are, who works here, and how this organization chases."""

from dunwell.organizations.models.beginnings import SampleBook, SetUpFinished
from dunwell.organizations.models.invitations import Invitation
from dunwell.organizations.models.logo import OrganizationLogo
from dunwell.organizations.models.organization import Organization
from dunwell.organizations.models.people import Membership, Role, User
from dunwell.organizations.models.saved_views import SavedView
from dunwell.organizations.models.settings import CatchUp, ClosingDay, OrganizationSettings
from dunwell.organizations.models.throttles import Throttle

__all__ = [
    "CatchUp",
    "ClosingDay",
    "Invitation",
    "Membership",
    "Organization",
    "OrganizationLogo",
    "OrganizationSettings",
    "Role",
    "SampleBook",
    "SavedView",
    "SetUpFinished",
    "Throttle",
    "User",
]
