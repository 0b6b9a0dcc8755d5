#!/usr/bin/env python3
"""Measures backup, check and restore of an installation of so many GB: sample companies, a long log, evidence files.

Usage: benches/backup.py RASHIN FOLDER [GB]   Half of it is rows of the log in the database, half is evidence. What is
filled in is synthetic and made by no deed; a backup does not ask. Standard library only.
"""
import hashlib, json, os, random, resource, shutil, sqlite3, subprocess, sys, time

def run(*command):
    """Seconds on the wall and of the processor."""
    used = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    start, before = time.monotonic(), used()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start, used() - before

def make(rashin, data):
    server = subprocess.Popen([rashin, "serve", "--sample", "--data", data, "--listen", "127.0.0.1:18779"], stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if subprocess.run([rashin, "health", "--connect", "127.0.0.1:18779"], capture_output=True).returncode == 0: return
            time.sleep(0.2)
        raise SystemExit("the server does not start")
    finally:
        server.terminate(); server.wait()

def fill(data, half):
    dice = random.Random(20261121)
    base = sqlite3.connect(os.path.join(data, "rashin.sqlite"))
    base.execute("PRAGMA synchronous = OFF")
    written, number = 0, 0
    while written < half:
        rows, values = [], []
        for _ in range(5000):
            number += 1
            words = [f"{dice.getrandbits(128):032x}" for _ in range(6)]
            facts = json.dumps({name: hashlib.sha256((name + words[0]).encode()).hexdigest() for name in ("area", "item", "level", "note")})
            kept = json.dumps({name: {"salt": words[1], "value": f"情報セキュリティ対策の値 {words[2]}"} for name in ("area", "item", "level", "note")}, ensure_ascii=False)
            rows.append((words[3], "bench", number, number, 1, 1_795_000_000_000 + number, words[4], "山田 太郎", "page", "assessment.answer", "assessment", words[5], None, "年度の自己診断", facts, hashlib.sha256(facts.encode()).hexdigest()))
            values.append((words[3], "bench", kept))
            written += len(facts.encode()) + len(kept.encode()) + 400
        base.executemany("INSERT INTO audit_entries (id, tenant_id, seq, arrival, form, at_ms, actor_id, actor_name, via, act, object_kind, object_id, unit_id, reason, facts, leaf_hash) VALUES (" + ",".join("?" * 16) + ")", rows)
        base.executemany("INSERT INTO audit_values (entry_id, tenant_id, facts) VALUES (?, ?, ?)", values)
    check = base.execute("SELECT id FROM assessments LIMIT 1").fetchone()[0]
    written = 0
    while written < half:
        content = dice.randbytes(4_000_000)
        name = hashlib.sha256(content).hexdigest()
        place = os.path.join(data, "evidence", name[:2], name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file: file.write(content)
        base.execute("INSERT INTO evidence_files VALUES (?, ?, '1-1', ?, '記録.pdf', 'application/pdf', ?, 'bench', 1, NULL)", (f"{dice.getrandbits(128):032x}", check, name, len(content)))
        written += len(content)
    base.commit(); base.execute("PRAGMA wal_checkpoint(TRUNCATE)"); base.close()

def size(folder): return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)

def rows(data):
    base = sqlite3.connect(os.path.join(data, "rashin.sqlite"))
    tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    return {table: base.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables}

def main(rashin, folder, gigabytes="1.1"):
    data, again, file = (os.path.join(folder, name) for name in ("data", "again", "backup.tar"))
    for old in (data, again): shutil.rmtree(old, ignore_errors=True)
    if os.path.exists(file): os.remove(file)
    make(rashin, data)
    fill(data, float(gigabytes) * 5e8)
    whole = size(data) / 1e9
    print(f"{whole:.2f} GB: database {os.path.getsize(os.path.join(data, 'rashin.sqlite')) / 1e9:.2f} GB, evidence {size(os.path.join(data, 'evidence')) / 1e9:.2f} GB")
    for what, command in (
        ("backup", ("backup", "--data", data, file)),
        ("check", ("backup", "--data", data, "--check", file)),
        ("restore", ("restore", "--data", again, file)),
    ):
        took, used = run(rashin, *command)
        print(f"{what:8} {took:6.1f} s  {took / whole:5.1f} s/GB  ({used:.1f} s of the processor)", flush=True)
    before, after = rows(data), rows(again)
    # The entries of the backup and of the restore themselves come on top.
    lost = [table for table in before if not table.startswith("audit_") and before[table] != after[table]]
    if lost or after["audit_entries"] < before["audit_entries"]: raise SystemExit(f"not the same: {lost}")
    if size(os.path.join(data, "evidence")) != size(os.path.join(again, "evidence")): raise SystemExit("evidence is lost")
    print(f"file {os.path.getsize(file) / 1e9:.2f} GB, {sum(after.values())} rows: the same")
    for old in (data, again): shutil.rmtree(old)
    os.remove(file)

if __name__ == "__main__": main(*sys.argv[1:])
