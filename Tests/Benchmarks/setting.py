"""What all works share."""

from dataclasses import dataclass

from workspace import Workspace


@dataclass
class Setting:
    binaries: str
    workspace: Workspace
