"""The figures of the cube benchmark by polars and by DuckDB, from the same rows.

cube.py DIRECTORY: reads what the benchmark left there (rows.bin, answers.csv, cpu.csv), checks that every figure
agrees to 1e-9, and prints how much more CPU time each rival takes. Reading files is not counted.

Each rival makes one pass for the sums of items by cell and total, and one for the counts of levels by cell: of several
ways tried, the ones that cost it least. From these few thousand rows numpy derives every figure anew, by the
definitions and not by the formulas of the cube.
"""

import csv
import math
import resource
import sys
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

CELLS, TIERS, ITEMS, LEVELS, BIN_WIDTH, RUNS = 54, 3, 27, 5, 5, 5
LOWEST, TOTALS = ITEMS, ITEMS * (LEVELS - 1) + 1
NAMES = [f"item_{item}" for item in range(ITEMS)]
COUNTED = [(f"{name}_{level}", name, level) for name in NAMES for level in range(1, LEVELS)]


def cpu_seconds():
    """CPU time of this process, user and system, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def polars_rival(columns):
    """A query that gives members and item sums by cell and total, and members by cell, item and level."""
    frame = pl.DataFrame(columns)
    # No total exceeds 135, so bytes suffice.
    total = pl.sum_horizontal(pl.col(name) for name in NAMES)
    key = (pl.col("cell").cast(pl.UInt16) * 256 + total).alias("key")
    sums = frame.lazy().with_columns(key).group_by("key").agg([pl.len(), *(pl.col(name).sum() for name in NAMES)])
    counts = frame.lazy().group_by("cell").agg((pl.col(name) == level).sum().alias(column) for column, name, level in COUNTED)

    def query():
        by_total = sums.collect(engine="streaming")
        key = by_total["key"].to_numpy().astype(np.int64)
        rows = by_total["len"].to_numpy(), by_total.select(NAMES).to_numpy()
        by_level = counts.collect()
        return arranged(key // 256, key % 256, *rows, by_level["cell"].to_numpy(), by_level.drop("cell").to_numpy())

    return query


def duckdb_rival(columns):
    """The same as `polars_rival`, over a table in memory."""
    database = duckdb.connect()
    database.register("frame", pl.DataFrame(columns).to_arrow())
    database.execute("create table member as select * from frame")
    database.unregister("frame")
    sums = ", ".join(f"sum({name}) as {name}" for name in NAMES)
    counts = ", ".join(f"count_if({name} = {level}) as {column}" for column, name, level in COUNTED)

    def query():
        by_total = database.execute(
            f"select cell, {' + '.join(NAMES)} as total, count(*) as members, {sums} from member group by 1, 2"
        ).fetchnumpy()
        by_level = database.execute(f"select cell, {counts} from member group by 1").fetchnumpy()
        item_sums = np.column_stack([by_total[name] for name in NAMES])
        level_counts = np.column_stack([by_level[column] for column, _, _ in COUNTED])
        keys = by_total["cell"], by_total["total"]
        return arranged(*keys, by_total["members"], item_sums, by_level["cell"], level_counts)

    return query


def arranged(cells, totals, members, item_sums, level_cells, level_counts):
    """Rows in any order as tables by cell and total, and by cell, item and level; the highest level is what is left."""
    members_table = np.zeros((CELLS, TOTALS), np.int64)
    sums_table = np.zeros((CELLS, TOTALS, ITEMS), np.int64)
    counts_table = np.zeros((CELLS, ITEMS, LEVELS), np.int64)
    place = cells.astype(np.int64), totals.astype(np.int64) - LOWEST
    members_table[place] = members
    sums_table[place] = item_sums
    counts_table[level_cells, :, :-1] = level_counts.reshape(-1, ITEMS, LEVELS - 1)
    counts_table[..., -1] = members_table.sum(1)[:, None] - counts_table.sum(2)
    return members_table, sums_table, counts_table


def release(members, item_sums, level_counts):
    """The figures of every cell, every tier and the whole, by name of the slice."""
    answers = {}
    for name, cells in slices():
        answers[name] = figures(members[cells].sum(0), item_sums[cells].sum(0), level_counts[cells].sum(0))
    return answers


def slices():
    for cell in range(CELLS):
        yield f"cell {cell}", slice(cell, cell + 1)
    size = CELLS // TIERS
    for tier in range(TIERS):
        yield f"tier {tier}", slice(tier * size, (tier + 1) * size)
    yield "whole", slice(0, CELLS)


def figures(members, item_sums, level_counts):
    """All figures of one slice, in the order of the benchmark's columns."""
    n = int(members.sum())
    if n == 0:
        nothing = [math.nan]
        bins = -(-TOTALS // BIN_WIDTH)
        items = (nothing * 2 + [0.0] * LEVELS) * ITEMS
        return [0.0, *nothing * 8, *nothing * 2 * TOTALS, *[0.0] * bins, *items, *nothing * ITEMS]
    values = np.arange(LOWEST, LOWEST + TOTALS)
    mean = int(members @ values) / n
    away = values - mean
    sd = math.sqrt(float(members @ away**2) / n)
    weights = top_third_weights(members, n)
    up_to = np.cumsum(members)
    result = [n, mean, sd]
    result += [float(members @ away**3) / n / sd**3, float(members @ away**4) / n / sd**4 - 3] if sd else [math.nan] * 2
    result.append(float(weights @ (members * values)) / (n / 3))
    result += [values[np.searchsorted(4 * up_to, quarter * n)] for quarter in (1, 2, 3)]
    percentiles = 100 * (up_to - members / 2) / n
    deviations = 10 * away / sd + 50 if sd else np.full(TOTALS, math.nan)
    result += np.column_stack([percentiles, deviations]).ravel().tolist()
    result += np.add.reduceat(members, np.arange(0, TOTALS, BIN_WIDTH)).tolist()
    levels = np.arange(1, LEVELS + 1)
    item_means = level_counts @ levels / n
    item_sds = np.sqrt((level_counts * (levels - item_means[:, None]) ** 2).sum(1) / n)
    result += np.column_stack([item_means, item_sds, level_counts]).ravel().tolist()
    result += (weights @ item_sums / (n / 3)).tolist()
    return result


def top_third_weights(members, n):
    """The weight of each member, by total: the n/3 highest, those tied at the cut sharing what is left."""
    above = n - np.cumsum(members)
    left = np.clip(n / 3 - above, 0, None)
    return np.minimum(left / np.maximum(members, 1), 1)


def read_answers(path):
    with open(path, newline="") as file:
        names, *lines = csv.reader(file)
    return names[1:], {line[0]: [float(figure) if figure else math.nan for figure in line[1:]] for line in lines}


def disagreements(names, expected, actual):
    """Each figure that differs by more than 1e-9 of itself (or of 1, where it is smaller)."""
    if expected.keys() != actual.keys():
        yield "the slices differ"
        return
    for place, figures in expected.items():
        if len(figures) != len(actual[place]) or len(figures) != len(names):
            yield f"{place}: {len(names)} names, {len(figures)} and {len(actual[place])} figures"
            continue
        for name, own, other in zip(names, figures, actual[place]):
            same = math.isnan(own) and math.isnan(other)
            if not same and not abs(own - other) <= 1e-9 * max(1.0, abs(own)):
                yield f"{place} {name}: {own!r}, rival {other!r}"


def measure(query):
    """The middle of several runs, in seconds of CPU, and the answers."""
    times = []
    for _ in range(RUNS):
        start = cpu_seconds()
        answers = release(*query())
        times.append(cpu_seconds() - start)
    return sorted(times)[RUNS // 2], answers


def main(directory):
    with open(directory / "cpu.csv", newline="") as file:
        own = {line["what"]: float(line["seconds"]) for line in csv.DictReader(file)}
    names, expected = read_answers(directory / "answers.csv")
    raw = np.fromfile(directory / "rows.bin", np.uint8).reshape(1 + ITEMS, -1)
    columns = dict(zip(["cell", *NAMES], raw))
    wrong = 0
    print(f"\n{'rival, the same figures from the rows':<44}{'CPU':>10}   {'÷ release':>10}{'÷ build + release':>20}")
    for name, rival in [("polars", polars_rival), ("duckdb", duckdb_rival)]:
        seconds, answers = measure(rival(columns))
        found = list(disagreements(names, expected, answers))
        wrong += len(found)
        print(
            f"{name + ' ' + sys.modules[name].__version__:<44}{seconds:>10.3f} s {seconds / own['release']:>10.0f}"
            f"{seconds / (own['build'] + own['release']):>20.1f}   "
            + (f"{len(found)} figures differ" if found else f"all {len(names) * len(expected)} figures agree to 1e-9")
        )
        for line in found[:10]:
            print("  " + line)
    print("÷ release: the cube is kept up to date as answers come, and a release reads it. Target ≥ 10.")
    print("÷ build + release: the cube is built from all rows first.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
