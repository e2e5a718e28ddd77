"""`medapp doctor`: what MedApp finds on this machine, to be pasted whole into an issue."""

from collections.abc import Iterator

from medapp.cli.inspection import Report, build_report
from medapp.cli.output import AsJson, print_json, print_table
from medapp.errors import MedAppError


def examine_machine(as_json: AsJson = False) -> None:
    """Say what is here: versions, devices, decoders, disk, workspace, address.

    Exit status 1 where something is missing that MedApp cannot do without.
    """
    report = build_report()
    if as_json:
        print_json(report)
    else:
        print_table(("what", "found"), _say(report))
    if report["missing"]:
        raise MedAppError("MedApp cannot work here: " + " ".join(report["missing"]))


def _say(report: Report) -> Iterator[tuple[str, str]]:
    """The report in words, a row an item."""
    machine = report["machine"]
    yield "MedApp", f"{report['medapp']['version']} in {report['medapp']['folder']}"
    yield "Python", f"{report['python']['version']}, {report['python']['program']}"
    yield "system", machine["system"]
    yield "processor", f"{machine['cores']} cores"
    total = _say_size(machine["memory_bytes"])
    free = _say_size(machine["memory_free_bytes"])
    yield "memory", f"{total}, {free} free"
    packages = report["packages"].items()
    yield "packages", ", ".join(f"{name} {version or 'MISSING'}" for name, version in packages)
    yield from _say_torch(report["torch"])
    for decoder in report["decoders"]:
        remedy = f"no: pip install {decoder['install']}"
        yield f"reads {decoder['format']}", "yes" if decoder["is_there"] else remedy
    yield from _say_room(report["workspace"])
    yield from _say_server(report["server"])


def _say_torch(torch: Report) -> Iterator[tuple[str, str]]:
    if torch["error"]:
        yield "PyTorch", f"cannot be loaded: {torch['error']}"
        return
    is_idle = torch["build"] != "CPU" and all(d["kind"] != "cuda" for d in torch["devices"])
    card = ", finds no card" if is_idle else ""
    yield "PyTorch", f"{torch['version']}, built for {torch['build']}{card}"
    for device in torch["devices"]:
        memory = f", {_say_size(device['memory_bytes'])}" if "memory_bytes" in device else ""
        known = {True: "yes", False: "no", None: "not known"}[device["has_bfloat16"]]
        yield "device", f"{device['kind']}: {device['name']}{memory}; bfloat16: {known}"


def _say_room(room: Report) -> Iterator[tuple[str, str]]:
    if room["error"]:
        yield "workspace", room["error"]
        return
    yield "workspace", f"{room['folder']}, may be written"
    yield "free disk", _say_size(room["free_bytes"])
    size = _say_size(room["cache_bytes"])
    limit = _say_size(room["cache_limit_bytes"])
    yield "cache", f"{size} of at most {limit}"


def _say_server(server: Report) -> Iterator[tuple[str, str]]:
    taken = "in use (by MedApp, where it is open)" if server["is_port_taken"] else "free"
    yield "server address", server["address"]
    yield "server port", f"{server['port']}, {taken}"
    yield "server answers to", ", ".join(server["allowed_hosts"])


def _say_size(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
