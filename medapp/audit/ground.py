"""What the checks of an audit stand on: the data set's samples, read once for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from medapp.audit.measures import Measures, measure
from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace


@dataclass(frozen=True)
class Ground:
    """The audited data set.

    Attributes:
        samples: those in use, in the catalog's order.
    """

    workspace: Workspace
    data_set: DataSet
    samples: Sequence[Sample]
    _measured: list[Measures] = field(default_factory=list, repr=False, compare=False)

    @property
    def catalog(self) -> Catalog:
        """The workspace's table of data sets."""
        return Catalog(self.workspace)

    def measure(self, on_progress: OnProgress | None = None) -> Measures:
        """What is measured of each sample; the images are read at the first call."""
        if not self._measured:
            self._measured.append(measure(self.workspace, self.samples, on_progress))
        return self._measured[0]


def open_ground(workspace: Workspace, data_set: DataSet) -> Ground:
    """Read what the checks of a data set need."""
    return Ground(workspace, data_set, Catalog(workspace).load_samples(data_set))
