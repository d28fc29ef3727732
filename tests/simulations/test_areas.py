"""Are the simulated areas those of the generator, and does nothing change in them but chance?"""

import random
import statistics

import pytest

from cjpolicy import catalogue, datapackage
from cjpolicy.simulations import as_csv
from cjpolicy.simulations.areas import AREAS, BUSIEST, QUIETEST, SEED, YEARS, areas, events

TABLE = catalogue.load("simulated_areas")


def test_the_file_is_what_the_generator_writes() -> None:
    path = datapackage.root() / "simulated" / "simulated_areas.csv"
    assert path.read_text(encoding="utf-8") == as_csv(areas())


def test_the_card_names_the_seed_and_the_levels() -> None:
    card = catalogue.describe("simulated_areas")
    assert card.sources[0].endswith(f"seed {SEED}")
    assert any(f"between {QUIETEST} and {BUSIEST} offences" in caveat for caveat in card.caveats)
    assert card.kind == "simulated"


def test_every_area_has_a_place_in_the_lottery_and_a_usual_level() -> None:
    rows = areas(seed=3)
    assert sorted(row["lot"] for row in rows) == list(range(1, AREAS + 1))
    assert all(QUIETEST <= row["usual"] <= BUSIEST for row in rows)


@pytest.mark.parametrize("usual", [3, 40])
def test_events_have_the_mean_and_the_spread_of_events_that_come_one_by_one(usual: int) -> None:
    chance = random.Random(11)
    counts = [events(usual, chance) for _ in range(4_000)]
    # Four standard errors of a mean and of a variance.
    assert statistics.mean(counts) == pytest.approx(usual, abs=4 * (usual / 4_000) ** 0.5)
    spread = (usual + 2 * usual**2) ** 0.5 / 4_000**0.5
    assert statistics.variance(counts) == pytest.approx(usual, abs=4 * spread)


def test_nothing_changes_from_year_to_year_in_all_areas_together() -> None:
    expected = TABLE["usual"].sum()
    for year in YEARS:
        assert abs(TABLE[year].sum() - expected) < 3 * expected**0.5, year


def test_the_lottery_knows_nothing_of_the_offences() -> None:
    first = TABLE[TABLE["lot"] <= AREAS / 2]
    assert abs(first["usual"].mean() - TABLE["usual"].mean()) < 1.5


@pytest.mark.parametrize(("year", "number"), [("year_3", 20), ("year_2", 30)])
def test_the_worst_areas_can_be_picked_in_one_way_only(year: str, number: int) -> None:
    ordered = TABLE.sort_values(year, ascending=False)[year].tolist()
    assert ordered[number - 1] > ordered[number]


def test_the_worst_areas_were_worse_before_and_fall_back_to_their_usual_level() -> None:
    worst = TABLE.sort_values("year_3").tail(20)
    assert worst["usual"].mean() > TABLE["usual"].mean() + 5
    for year in ("year_1", "year_2", "year_4"):
        assert abs(worst[year].mean() - worst["usual"].mean()) < 2, year
    assert worst["year_3"].mean() > worst["usual"].mean() + 7
