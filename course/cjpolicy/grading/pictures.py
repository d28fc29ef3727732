"""Charts as pictures, each drawn in a process of its own that fetches nothing and may fail."""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

__all__ = ["draw_charts"]

# Of all that a drawing process may take. What Vega asks for grows with what a specification says.
MEMORY, SECONDS, MOST = 1_500_000_000, 20, 20


def draw_charts(specs: Sequence[dict[str, Any]]) -> list[str | None]:
    """Draw Vega-Lite charts as PNG pictures at twice their size.

    Parameters
    ----------
    specs : sequence of dict
        Specifications, from anybody. What would be fetched for them is not.

    Returns
    -------
    list of str or None
        For each chart its picture in base64; None where it could not be drawn within 20 seconds and 1.5 GB
        (the memory is limited on Linux only), where vl-convert is not installed, and beyond 20 charts.

    Examples
    --------
    >>> draw_charts([])
    []
    """
    drawn: list[str | None] = []
    # One process draws them all. One that dies over a chart has drawn those before it.
    while len(drawn) < min(len(specs), MOST):
        lines = _run(specs[len(drawn) : MOST])
        wanted = min(len(specs), MOST) - len(drawn)
        drawn += [line or None for line in lines[:wanted]]
        drawn += [None] if len(lines) < wanted else []
    return drawn + [None] * (len(specs) - len(drawn))


def _run(specs: Sequence[dict[str, Any]]) -> list[str]:
    """Return what a new process has drawn before it ended, or was ended."""
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(
            command, input=json.dumps(list(specs)).encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
    else:
        said = done.stdout
    return said.decode("ascii", "replace").split("\n")[:-1]


def _limit() -> None:
    if sys.platform == "linux":
        import resource

        # Not its address space: the drawing engine reserves far more of that than it uses.
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _draw_all() -> None:
    """Draw the charts on standard input; write a line of base64 for each, empty if it cannot be drawn."""
    _limit()
    import vl_convert

    for spec in json.load(sys.stdin.buffer):
        spec.pop("$schema", None)
        try:
            picture = vl_convert.vegalite_to_png(spec, scale=2, allowed_base_urls=[])
        except ValueError:
            picture = b""
        sys.stdout.write(b64encode(picture).decode("ascii") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _draw_all()
