"""All the kinds there are, family by family, and the class they make with the honest students among them."""

from collections.abc import Iterator

from . import crashes, escapes, forgeries, hooks, malformed, names, odd, pages, resources, tampering
from .honest import CLASS, Honest
from .kinds import Kind

FAMILIES = {
    "escapes": escapes.KINDS,
    "forgeries": forgeries.KINDS,
    "hooks": hooks.KINDS,
    "resources": resources.KINDS,
    "crashes": crashes.KINDS,
    "malformed": malformed.KINDS,
    "names": names.KINDS,
    "tampering": tampering.KINDS,
    "pages": pages.KINDS,
    "odd": odd.KINDS,
}
KINDS = [kind for family in FAMILIES.values() for kind in family]


def seats() -> Iterator[tuple[str, Kind | Honest]]:
    """Yield students' ids, in the order of the alphabet, and who each is: the honest among the others."""
    between = len(KINDS) // (len(CLASS) - 1)
    honest = iter(CLASS)
    for number, kind in enumerate(KINDS):
        if number % between == 0 and number // between < len(CLASS) - 1:
            student = next(honest)
            yield f"s{number:03}-{student.name}", student
        yield (kind.id if kind.bare else f"s{number:03}-{kind.id or kind.name}"), kind
    yield f"t-{CLASS[-1].name}", CLASS[-1]
