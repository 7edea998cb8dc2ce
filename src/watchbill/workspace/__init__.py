"""Files to values: a team's folder, and what a plan of a period is made from."""

from watchbill.workspace.folder import Workspace, examine, read
from watchbill.workspace.offer_check import check_offers
from watchbill.workspace.period_check import check_period
from watchbill.workspace.planning import problem
from watchbill.workspace.team_check import check_team

__all__ = ["Workspace", "check_offers", "check_period", "check_team", "examine", "problem", "read"]
