"""What all works share."""

from dataclasses import dataclass

from report import Report
from workspace import Workspace


@dataclass
class Setting:
    binaries: str
    workspace: Workspace
    report: Report
