"""How many models there are, in words: folds of a cross-validation are no models of their own."""

from collections.abc import Collection, Sequence


def count_models(trained: Collection[str], studies: Sequence[Collection[str]]) -> str:
    """Such as "3 models, and 1 cross-validation of 5 folds".

    Args:
        trained: the ids of runs with a model.
        studies: the ids of the runs of each cross-validation.
    """
    folds = {id for study in studies for id in study}
    models = len(set(trained) - folds)
    text = f"{models:,} model{'s' * (models != 1)}"
    if not studies:
        return text
    sizes = sorted({len(study) for study in studies})
    listed = " or ".join(str(size) for size in sizes)
    many = f"{len(studies):,} cross-validation{'s' * (len(studies) != 1)}"
    return f"{text}, and {many} of {listed} folds"
