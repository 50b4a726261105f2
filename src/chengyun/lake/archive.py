"""Where the readings of one installation are: the journal and the table behind it, in one folder."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Archive:
    """The folder of all readings; whoever reads takes both `table` and `journal`."""

    root: Path

    @property
    def journal(self) -> Path:
        """What has been acknowledged and may not be in the table yet."""
        return self.root / "journal"

    @property
    def table(self) -> Path:
        """The Delta table."""
        return self.root / "table"

    @property
    def hours(self) -> Path:
        """What each hour held."""
        return self.root / "hours"

    @property
    def rules(self) -> Path:
        """How far the rules have read the journal, and what they found."""
        return self.root / "rules.npz"
