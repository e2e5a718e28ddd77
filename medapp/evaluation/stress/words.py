"""What ordinary faults made of a model's figures, in sentences."""

from medapp.evaluation.headline import TITLES, write_title
from medapp.evaluation.stress.limits import Limit, find_floor, find_limits
from medapp.evaluation.stress.record import Figure, Level, Stress
from medapp.evaluation.words import write_figure
from medapp.imaging.faults import FAULTS

SCOPE = (
    "Changes are made to the square that the model sees, after images are read and resized: a px"
    " here is one of the square's."
)


def state_finding(found: Stress, floor: float | None = None) -> str:
    """The undisturbed figure, the floor, and how many faults it falls below that by."""
    title = TITLES[found.figure]
    plain = found.plain.figure
    if plain is None:
        return f"{title} is undefined on these images, so nothing can be said of how far it holds."
    least = find_floor(found) if floor is None else floor
    begin = f"{title} is {write_figure(plain.value, plain.interval)} without a change"
    if least is None or least >= plain.value:
        return f"{begin}, not above {write_figure(least)}: there is nothing to fall from."
    limits = find_limits(found, floor)
    fallen = [FAULTS[limit.fault].title for limit in limits if limit.falls is not None]
    held = [
        FAULTS[limit.fault].title for limit in limits if limit.holds is _find_last(found, limit)
    ]
    said = [f"falls below {write_figure(least)} by {_join(fallen)}"] if fallen else []
    said += [f"holds to the strongest change of {_join(held)}"] if held else []
    told = " and ".join(said) or f"can be told neither to hold {write_figure(least)} nor to fall"
    return f"{begin}; it {told}."


def state_limit(found: Stress, limit: Limit, floor: float | None = None) -> str:
    """How far one fault may go, such as "JPEG: holds to quality 30; falls below 0.80 from
    quality 15 on".
    """
    fault = FAULTS[limit.fault]
    levels = found.faults[limit.fault]
    least = write_figure(find_floor(found) if floor is None else floor)
    parts = []
    if limit.holds is levels[-1]:
        parts.append(f"holds to {fault.say(limit.holds.strength)}, the most that was tried")
    elif limit.holds is not None:
        parts.append(f"holds to {fault.say(limit.holds.strength)}")
    if limit.falls is not None:
        first = ", the least that was tried" if limit.falls is levels[0] else ""
        parts.append(f"falls below {least} from {fault.say(limit.falls.strength)} on{first}")
    if not parts:
        parts.append(f"whether it holds {least} cannot be told at any strength")
    elif limit.falls is None and limit.holds is not levels[-1]:
        parts.append("beyond, it cannot be told")
    elif limit.holds is None and limit.falls is not levels[0]:
        parts.append("milder than that, it cannot be told")
    return f"{fault.title}: {'; '.join(parts)}"


def state_noticing(found: Stress, limit: Limit) -> str:
    """Whether the model notices the changes by which it falls; empty where it does not fall.

    Of the mildest strength that takes the figure below the floor, where most is at stake.
    """
    level = limit.falls
    if level is None or level.unlike is None:
        return ""
    low, high = level.unlike.interval
    said = write_share(level.unlike)
    at = FAULTS[limit.fault].say(level.strength)
    if low > 0.5:
        return f"At {at} the model notices: {said} of the images are called unlike its own"
    if high < 0.5:
        return f"At {at} most go unnoticed: {said} of the images are called unlike its own"
    return f"At {at}, {said} of the images are called unlike its own"


def state_references(found: Stress) -> str:
    """What the figure is of what needs no model; empty where that is not known."""
    if found.chance is None or found.majority is None:
        return ""
    return (
        f"Guessing has a {write_title(found.figure)} of {write_figure(found.chance)}, the commonest"
        f" class alone {write_figure(found.majority)}."
    )


def state_ground(found: Stress) -> str:
    """Which images were changed, what intervals are over, and what a claim rests on."""
    drawn = (
        f"{found.n:,} of {found.of:,} test images, whole patients drawn by seed {found.seed}"
        if found.n < found.of
        else f"All {found.n:,} test images"
    )
    unlike = ""
    if found.plain.unlike is not None:
        unlike = f" Without a change, {write_share(found.plain.unlike)} are called unlike."
    return (
        f"{drawn}, at {found.image_size} px; 95% intervals over {found.units:,} {found.counted}."
        " Holding and falling are told by the interval of the difference on the same images, each"
        f" kind of change for itself: among {len(found.faults)} kinds, a wrong claim is likelier"
        f" than one in twenty.{unlike}"
    )


def write_share(share: Figure | None) -> str:
    """A share and its interval in percent, such as "3% [1%, 8%]"."""
    if share is None:
        return "not known"
    low, high = share.interval
    return f"{share.value:.0%} [{low:.0%}, {high:.0%}]"


def describe_level(found: Stress, name: str, level: Level) -> tuple[str, ...]:
    """A strength and what it did, as the cells of a row: strength, figure, drop, answers that flip,
    images called unlike, images refused.
    """
    return (
        FAULTS[name].say(level.strength),
        _write(level.figure),
        _write(level.drop),
        *(write_share(share) for share in (level.flipped, level.unlike, level.alien)),
    )


COLUMNS = ("strength", "{}", "drop", "answers that flip", "called unlike", "refused")


def list_columns(found: Stress) -> tuple[str, ...]:
    """The titles of the cells of `describe_level`."""
    return tuple(column.format(write_title(found.figure)) for column in COLUMNS)


def _find_last(found: Stress, limit: Limit) -> Level:
    """The strongest level of a limit's fault."""
    return found.faults[limit.fault][-1]


def _write(figure: Figure | None) -> str:
    return write_figure(None) if figure is None else write_figure(figure.value, figure.interval)


def _join(titles: list[str]) -> str:
    words = [title if title.isupper() else title[:1].lower() + title[1:] for title in titles]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
