"""Cases of bad input, tried one by one: what came of each, and how long it took."""

import faulthandler
import time
from collections.abc import Callable
from pathlib import Path

from medapp.errors import MedAppError

# A case that takes longer counts as a hang; after ten times that the process ends with a traceback.
SECONDS = 5.0


class Group:
    """Cases of one kind: counts, the slowest, and what must not have happened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.taken = 0
        self.refused = 0
        self.slowest = (0.0, "")
        self.faults: list[str] = []
        self.words: dict[str, str] = {}

    def try_case(
        self,
        case: str,
        work: Callable[[], object],
        must_refuse: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        """Do the work.

        It may succeed, unless it must be refused, or raise a `MedAppError` with words in it.
        """
        before = time.perf_counter()
        faulthandler.dump_traceback_later(10 * seconds, exit=True)
        try:
            work()
            self.taken += 1
            if must_refuse:
                self.faults.append(f"{case}: was not refused")
        except MedAppError as error:
            self.refused += 1
            self.words[case] = str(error)
            if len(str(error)) < 20 or "Traceback" in str(error):
                self.faults.append(f"{case}: hardly words: {error}")
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            self.faults.append(
                f"{case}: {type(error).__name__}: {str(error)[:200]} ({_say_lines(error)})"
            )
        finally:
            faulthandler.cancel_dump_traceback_later()
        taken = time.perf_counter() - before
        self.slowest = max(self.slowest, (taken, case))
        if taken > seconds:
            self.faults.append(f"{case}: took {taken:.1f} s")

    def skip(self, reason: str) -> None:
        """Say in the report why its cases were not tried."""
        self.name += f" (skipped: {reason})"

    def report(self, talks: bool) -> None:
        seconds, case = self.slowest
        print(
            f"{self.name}: {self.taken} taken, {self.refused} refused, {len(self.faults)} faults,"
            f" slowest {seconds:.2f} s ({case})",
            flush=True,
        )
        for fault in self.faults[:40]:
            print(f"  FAULT {fault}")
        for case, text in self.words.items() if talks else ():
            print(f"  {case}: {text[:300]}")


def _say_lines(error: BaseException) -> str:
    trace = error.__traceback__
    lines = []
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "medapp" in file:
            lines.append(f"{Path(file).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(lines[-4:])
