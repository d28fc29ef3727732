"""Are the simulated thefts those of the generator, and do they show what the lesson says of them?"""

from cjpolicy import catalogue, datapackage
from cjpolicy.simulations import as_csv
from cjpolicy.simulations.thefts import KINDS, STAGES, thefts

KIND_NAMES = [kind.name for kind in KINDS]


def rates(out_of: str) -> dict[str, float]:
    """Return convictions per cent of a stage, by kind; a kind that never came so far is left out."""
    table = catalogue.load("simulated_thefts").assign(happened=1)
    sums = table.groupby("kind")[["happened", *STAGES]].sum()
    known = (100 * sums["convicted"] / sums[out_of]).dropna()
    return {str(kind): float(rate) for kind, rate in known.items()}


def test_the_file_is_what_the_generator_writes() -> None:
    path = datapackage.root() / "simulated" / "simulated_thefts.csv"
    assert path.read_text(encoding="utf-8") == as_csv(thefts())


def test_the_card_says_what_was_assumed() -> None:
    caveats = " ".join(catalogue.describe("simulated_thefts").caveats)
    for kind in KINDS:
        assert f"{kind.name} {', '.join(f'{chance:.0%}' for chance in kind.chances)}" in caveats


def test_no_theft_comes_to_a_stage_without_the_one_before() -> None:
    for row in thefts(seed=7):
        came = [row[stage] for stage in STAGES]
        assert came == sorted(came, reverse=True)


def test_the_numbers_of_thefts_are_those_assumed() -> None:
    counted = catalogue.load("simulated_thefts")["kind"].value_counts()
    assert counted.to_dict() == {kind.name: kind.number for kind in KINDS}


def test_each_stage_is_near_the_chance_assumed() -> None:
    table = catalogue.load("simulated_thefts")
    for kind in KINDS:
        rows = table[table["kind"] == kind.name]
        for stage, chance in zip(STAGES, kind.chances, strict=True):
            reached = int(rows[stage].sum())
            spread = (len(rows) * chance * (1 - chance)) ** 0.5
            assert abs(reached - len(rows) * chance) <= 4 * spread, (kind.name, stage)
            rows = rows[rows[stage] == 1]


def test_each_way_of_counting_puts_another_kind_first_and_by_more_than_chance() -> None:
    first = {}
    for out_of in ("charged", "recorded", "happened"):
        known = rates(out_of)
        best, second = sorted(known, key=lambda kind: known[kind])[-1:-3:-1]
        first[out_of] = best
        assert known[best] - known[second] > 3
    assert first == {"charged": "bicycle", "recorded": "phone", "happened": "car"}


def test_thefts_from_gardens_come_to_court_and_never_to_a_conviction() -> None:
    table = catalogue.load("simulated_thefts")
    garden = table[table["kind"] == "garden"]
    assert garden["charged"].sum() > 0
    assert garden["convicted"].sum() == 0
    assert KIND_NAMES[-1] == "garden"
