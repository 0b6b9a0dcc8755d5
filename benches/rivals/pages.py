"""What `pages` measured, done by others: the figures of one diagnosis by SQL and by polars, its PDF by Chromium.

pages.py DIRECTORY: reads what the benchmark left there (rows.bin, diagnosis.json, pages.csv, site/), checks that the
figures of the diagnosis come out the same to 1e-9, and prints how much longer each rival takes. Reading files and
filling tables is not counted. Python's own file server stands beside start and memory, for orientation only.
"""

import csv
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl

ITEMS, RUNS, PRINTS = 25, 21, 5
NAMES = [f"item_{item}" for item in range(ITEMS)]
TIERS = ["I", "II", "III"]


def sql_rival(columns, tier, total):
    """The figures of a diagnosis by SQL over a table in memory, with the index that helps it."""
    database = sqlite3.connect(":memory:")
    database.execute(f"create table member (tier integer, total integer, {', '.join(f'{name} integer' for name in NAMES)})")
    rows = zip(columns["tier"].tolist(), columns["total"].tolist(), *(columns[name].tolist() for name in NAMES))
    database.executemany(f"insert into member values ({', '.join('?' * (2 + ITEMS))})", rows)
    database.execute("create index member_tier_total on member (tier, total)")
    means = ", ".join(f"avg({name})" for name in NAMES)
    tops = ", ".join(f"sum({name} * weight)" for name in ["total", *NAMES])

    def query():
        counts = database.execute("select total, count(*) from member where tier = ? group by total", [tier]).fetchall()
        n = sum(count for _, count in counts)
        cut, weight = top_third(counts, n)
        mean, *item_means = database.execute(f"select avg(total), {means} from member where tier = ?", [tier]).fetchone()
        top, *item_tops = database.execute(
            f"select {tops} from (select *, case when total > ? then 1.0 else ? end as weight"
            " from member where tier = ? and total >= ?)",
            [cut, weight, tier, cut],
        ).fetchone()
        third = n / 3
        return [mean, top / third, percentile(counts, n, total), *item_means, *(sum_ / third for sum_ in item_tops)]

    return query


def polars_rival(columns, tier, total):
    """The same by polars: counts of totals first, then all sums in one pass over the tier."""
    frame = pl.DataFrame(columns).lazy().filter(pl.col("tier") == tier)
    by_total = frame.group_by("total").agg([pl.len(), *(pl.col(name).sum().cast(pl.Int64) for name in NAMES)])

    def query():
        table = by_total.collect().sort("total")
        counts = list(zip(table["total"].to_list(), table["len"].to_list()))
        n = sum(count for _, count in counts)
        cut, weight = top_third(counts, n)
        totals, members = table["total"].to_numpy(), table["len"].to_numpy()
        weights = np.where(totals > cut, 1.0, np.where(totals == cut, weight, 0.0))
        sums = np.column_stack([totals.astype(np.int64) * members, *(table[name].to_numpy() for name in NAMES)])
        (mean, *item_means), (top, *item_tops) = sums.sum(0) / n, weights @ sums / (n / 3)
        return [mean, top, percentile(counts, n, total), *item_means, *item_tops]

    return query


def top_third(counts, n):
    """The lowest total in the top third, and how much each member who has it counts."""
    left = n / 3
    for total, count in sorted(counts, reverse=True):
        if count >= left:
            return total, left / count
        left -= count
    raise ValueError("nobody is in the tier")


def percentile(counts, n, total):
    below = sum(count for value, count in counts if value < total)
    equal = sum(count for value, count in counts if value == total)
    return 100 * (below + equal / 2) / n


def expected(diagnosis):
    """The same figures from the server's diagnosis, in the same order."""
    order = [item["item"] for item in diagnosis["items"]]
    mean, top = diagnosis["tier_mean"], diagnosis["desired"]
    items = [figures["items"][item] for figures in (mean, top) for item in order]
    return [mean["total"], top["total"], diagnosis["percentile"], *items]


def median(times):
    return sorted(times)[len(times) // 2]


def waited(work):
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result


def line(what, milliseconds, unit="ms", *ratios):
    print(f"{what:<44}{milliseconds:>10.2f} {unit:<3}" + "".join(f" {text}" for text in ratios))


def figures(directory, own):
    """Prints the rivals of the page; gives the number of figures that differ."""
    diagnosis = json.loads((directory / "diagnosis.json").read_text())
    raw = np.fromfile(directory / "rows.bin", np.uint8).reshape(-1, 1 + ITEMS)
    columns = {"tier": raw[:, 0].copy(), "total": raw[:, 1:].sum(1).astype(np.uint8)}
    columns |= {name: raw[:, 1 + item].copy() for item, name in enumerate(NAMES)}
    place = TIERS.index(diagnosis["tier"]), diagnosis["total"]
    right, wrong = expected(diagnosis), 0
    print(f"\n{len(raw)} rows; the figures of one diagnosis alone, without a page around them")
    for name, rival in [(f"sqlite {sqlite3.sqlite_version}", sql_rival), (f"polars {pl.__version__}", polars_rival)]:
        query = rival(columns, *place)
        answers = query()
        found = [at for at, (own_, other) in enumerate(zip(right, answers)) if not abs(own_ - other) <= 1e-9 * max(1.0, abs(own_))]
        wrong += len(found) + abs(len(right) - len(answers))
        milliseconds = median([waited(query)[0] for _ in range(RUNS)])
        agree = f"{len(found)} figures differ" if found else f"all {len(right)} figures agree to 1e-9"
        line(name, milliseconds, "ms", f"÷ whole page {milliseconds / own['page_p50']:.1f}  ", agree)
    return wrong


@contextmanager
def file_server(site):
    """Python's file server over a folder: its address, how long it took to answer, its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    start = time.perf_counter()
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", site, str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                if server.poll() is not None or time.perf_counter() - start > 30:
                    raise
                time.sleep(0.001)
        yield address, 1000 * (time.perf_counter() - start), server
    finally:
        server.terminate()
        server.wait()


def memory_mb(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(text.split()[1]) for text in status.splitlines() if text.startswith("VmRSS:")) * 1024 / 1e6


def chromium_prints(program, address, out, profile):
    command = [
        program, "--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={out}", f"{address}/diagnosis.html",
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not out.read_bytes().startswith(b"%PDF-"):
        raise ValueError("Chromium printed nothing")
    out.unlink()


def prints(address, own):
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        print("Chromium is not here; its PDF is left out")
        return
    with tempfile.TemporaryDirectory() as folder:
        times = [
            waited(lambda: chromium_prints(program, address, Path(folder) / "page.pdf", f"{folder}/profile"))[0]
            for _ in range(1 + PRINTS)
        ]
    print("\nthe same page as PDF, one process each")
    line("Chromium, the first", times[0], "ms", f"÷ first {times[0] / own['pdf_first']:.1f}")
    line("Chromium, after that", median(times[1:]), "ms", f"÷ warm {median(times[1:]) / own['pdf_p50']:.1f}")


def main(directory):
    with open(directory / "pages.csv", newline="") as file:
        own = {row["what"]: float(row["value"]) for row in csv.DictReader(file)}
    wrong = figures(directory, own)
    with file_server(directory / "site") as (address, started, server):
        prints(address, own)
        print("\nfor orientation: python3 -m http.server, which has no database, no people and no pages")
        line("start to first answer", started, "ms", f"÷ Rashin {started / own['start_p50']:.2f}")
        line("memory", memory_mb(server), "MB", f"÷ Rashin {memory_mb(server) / own['memory_idle']:.2f}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
