#!/usr/bin/env python3
"""Whether the time that signing in takes tells who has an account.

Starts the server on loopback over a fresh folder of data, with as many people as there are rounds, and tries one wrong
password for each: of somebody who is there, of somebody who is suspended, of nobody, and the right one of somebody who is
suspended. Every try is the first of its account and of its source, so none waits. The order is drawn anew for each round.
Prints the middle of each kind and its ratio to the first; ends with 1 where one lies outside 0.95 to 1.05. Beside it stands
the processor's time, which tells on a busy machine whether a difference is the server's own.

    script/sign-in-times.py PROGRAM [ROUNDS]     400 rounds without it
"""

import http.client
import json
import pathlib
import random
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 400
BOUNDS = (0.95, 1.05)
PATIENCE_S = 60
KINDS = ("known", "unknown", "suspended", "suspended, right password")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    def __init__(self, program, data, *more):
        self.port = free_port()
        address = f"127.0.0.1:{self.port}"
        command = [program, "serve", "--data", data, "--listen", address, "--public-url", f"http://localhost:{self.port}"]
        self.output = (pathlib.Path(data) / "output").open("w+")
        self.child = subprocess.Popen([*command, *more], stdin=subprocess.DEVNULL, stdout=self.output)

    def __enter__(self):
        begun = time.monotonic()
        while self.child.poll() is None and time.monotonic() - begun < PATIENCE_S:
            try:
                connection = self.connection()
                connection.request("GET", "/health/live")
                if connection.getresponse().status == 200:
                    return self
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server does not start")

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def worked_s(self):
        """Processor time of all its threads so far, where the system tells it."""
        threads = pathlib.Path(f"/proc/{self.child.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGINT)
        self.child.wait(PATIENCE_S)
        self.output.close()


def sample_password(data):
    """Address and password of the sample, as the server printed them."""
    lines = [line.strip() for line in (pathlib.Path(data) / "output").read_text().splitlines()]
    at = next(number for number, line in enumerate(lines) if line.startswith("Sample data"))
    return lines[at + 1], lines[at + 2]


def add_people(data, email, rounds):
    """As many people as rounds, twice: half of them suspended. Their password is that of the sample's person."""
    with sqlite3.connect(pathlib.Path(data) / "rashin.sqlite") as database:
        person = database.execute("SELECT id FROM accounts WHERE email = ?", (email,)).fetchone()[0]
        for kind in ("known", "suspended", "right"):
            for number in range(rounds):
                new = f"{kind}-{number}"
                database.execute(
                    "INSERT INTO accounts (id, tenant_id, email, name, password_hash, created_at_ms, version) "
                    "SELECT ?, tenant_id, ?, name, password_hash, created_at_ms, 1 FROM accounts WHERE id = ?",
                    (new, f"{new}@example.jp", person),
                )
                if kind != "known":
                    database.execute(
                        "INSERT INTO account_suspensions (account_id, suspended_by, suspended_at_ms, reason) VALUES (?, '', 1, '')",
                        (new,),
                    )
    database.close()


def tries(number, password):
    """What is sent in one round: address and password by kind."""
    wrong = "not the password at all"
    return (
        (f"known-{number}@example.jp", wrong),
        (f"unknown-{number}@example.jp", wrong),
        (f"suspended-{number}@example.jp", wrong),
        (f"right-{number}@example.jp", password),
    )


def ask(connection, source, email, password):
    body = json.dumps({"email": email, "password": password})
    headers = {"content-type": "application/json", "x-forwarded-for": source}
    begun = time.perf_counter()
    connection.request("POST", "/api/v1/sessions", body, headers)
    answer = connection.getresponse()
    answer.read()
    taken = time.perf_counter() - begun
    if answer.status != 422:
        raise SystemExit(f"{email}: {answer.status}, not 422")
    return taken


def measure(server, password, rounds):
    times, worked = [[] for _ in KINDS], [[] for _ in KINDS]
    order = list(range(len(KINDS)))
    drawn = random.Random(1)
    connection = server.connection()
    source = 0
    for number in range(-5, rounds):
        drawn.shuffle(order)
        for kind in order:
            source += 1
            # Addresses of the range for benchmarks, one for each try.
            address = f"198.18.{source // 250}.{source % 250 + 1}"
            before = server.worked_s()
            taken = ask(connection, address, *tries(number % rounds if number >= 0 else f"first{number}", password)[kind])
            if number >= 0:
                times[kind].append(taken)
                worked[kind].append(server.worked_s() - before)
    return times, worked


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with tempfile.TemporaryDirectory() as data:
        with Server(program, data, "--sample"):
            pass
        email, password = sample_password(data)
        add_people(data, email, rounds)
        with Server(program, data, "--trusted-proxy", "127.0.0.1") as server:
            times, worked = measure(server, password, rounds)
    middles = [statistics.median(of_kind) for of_kind in times]
    works = [statistics.median(of_kind) for of_kind in worked]
    print(f"{rounds} tries of each kind, first of their account and source; time on the wall")
    worst = 0
    for kind, middle, work in zip(KINDS, middles, works):
        ratio = middle / middles[0]
        outside = not BOUNDS[0] <= ratio <= BOUNDS[1]
        worst |= outside
        verdict = "   OUTSIDE" if outside else ""
        wall = f"{1000 * middle:8.2f} ms, ratio {ratio:.3f}, wanted {BOUNDS[0]} to {BOUNDS[1]}"
        print(f"{kind:28} {wall}   processor {1000 * work:8.2f} ms, ratio {work / works[0]:.3f}{verdict}")
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())
