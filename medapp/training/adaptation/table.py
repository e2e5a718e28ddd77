"""The table of methods that need no label of the other hospital.

No torch here: a form and a shell read the rows.
"""

from dataclasses import dataclass

SOURCE_ONLY = "source-only"


@dataclass(frozen=True)
class Method:
    """One way to adapt. To add a method, write a row of `METHODS`, and what it does in a file.

    In each but those that minimise entropy, a linear head is fitted again to the source's training
    images.

    Attributes:
        adapts_batch_norm: features are those of a network with each hospital's own statistics.
        alignment: how features are brought together: "", "standardise" or "coral".
        reweighs: the head's probabilities are brought to the shares of the classes there; only
            behind a gate, as it does harm where the classes look otherwise there.
        minimises_entropy: the network's own norms learn on the target to be sure; not used where
            classes run together.
    """

    title: str
    help: str
    adapts_batch_norm: bool = False
    alignment: str = ""
    reweighs: bool = False
    minimises_entropy: bool = False


METHODS: dict[str, Method] = {
    "refit": Method(
        "Head fitted again",
        "A control: a new linear head on the same features, adapted to nothing.",
    ),
    "standardise": Method(
        "Standardised by site",
        "Each hospital's features by their own mean and spread.",
        alignment="standardise",
    ),
    "coral": Method(
        "CORAL",
        "The source's features are given the mean and covariance of the other hospital's.",
        alignment="coral",
    ),
    "batch-norm": Method(
        "AdaBN on both sides",
        "The network's BatchNorm layers take each hospital's own statistics.",
        adapts_batch_norm=True,
    ),
    "label-shift": Method(
        "Label shift (EM)",
        "Probabilities are brought to how common the classes are there.",
        reweighs=True,
    ),
    "tent": Method(
        "TENT (to compare)",
        "The network's norms learn, on the images there, to be sure of what they see.",
        minimises_entropy=True,
    ),
}
