"""What the class's honest and odd work earns is what nbgrader as it comes would give."""

import pytest

from tests.grading.hostile.catalogue import KINDS
from tests.grading.hostile.classroom import mark_as_stock, read_grades
from tests.grading.hostile.honest import CLASS, Honest
from tests.grading.hostile.kinds import Kind

pytestmark = [pytest.mark.grading, pytest.mark.slow]

AS_STOCK: list[Kind | Honest] = [*CLASS, *(kind for kind in KINDS if kind.as_stock)]


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float | None]]:
    clone, ids = mark_as_stock(tmp_path_factory.mktemp("stock"))
    grades = read_grades(clone)
    return {name: {item: score for item, (score, _) in grades[id].items()} for name, id in ids.items()}


@pytest.mark.parametrize("who", [pytest.param(one, id=one.name) for one in AS_STOCK])
def test_the_same_as_stock(stock: dict[str, dict[str, float | None]], who: Kind | Honest) -> None:
    assert stock[who.name] == dict(who.points)
