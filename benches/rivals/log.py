#!/usr/bin/env python3
"""The write of `log` without Rashin: one statement and one durable commit each, in plain SQLite.

Usage: benches/rivals/log.py FOLDER   Standard library only.
"""
import os, sqlite3, sys, time

COUNT = 500

file = os.path.join(sys.argv[1], "plain.sqlite")
base = sqlite3.connect(file, isolation_level=None)
base.execute("PRAGMA journal_mode = WAL")
base.execute("PRAGMA synchronous = FULL")
base.execute("CREATE TABLE failures (subject TEXT PRIMARY KEY, failures BIGINT NOT NULL)")
base.execute("INSERT INTO failures VALUES ('bench', 0)")
begun = time.monotonic()
for _ in range(COUNT):
    base.execute("BEGIN IMMEDIATE")
    base.execute("UPDATE failures SET failures = failures + 1 WHERE subject = 'bench'")
    base.execute("COMMIT")
print(f"{COUNT} writes in plain SQLite, one after the other: {(time.monotonic() - begun) * 1e3 / COUNT:.2f} ms each")
base.close()
os.remove(file)
