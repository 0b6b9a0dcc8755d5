#!/usr/bin/env python3
"""Checks what `rashin log export FOLDER` wrote, without a line of the program that wrote it.

Usage: script/verify-log.py FOLDER [KEY]   KEY: the key of the log `all`, kept from elsewhere; else the one in FOLDER.
A folder with one log alone, as one takes along on the page, is checked for itself.
For each log: signature of the checkpoint (Ed25519), every entry, every tile, the root. For the log of all
checkpoints: each of them is signed and says of its log what the entries say. Standard library only.
"""
import base64, hashlib, os, sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

def point(data):
    y = int.from_bytes(data, "little"); sign = y >> 255; y &= 2**255 - 1
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if x * x % P != x2: x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != x2 or (x == 0 and sign): raise ValueError("no point of the curve")
    if x & 1 != sign: x = P - x
    return (x, y, 1, x * y % P)

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)

def times(n, p):
    total = (0, 1, 1, 0)
    while n:
        if n & 1: total = add(total, p)
        p, n = add(p, p), n >> 1
    return total

BY = 4 * pow(5, -1, P) % P
B = point(BY.to_bytes(32, "little"))

def ed25519(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L: return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    p, q = times(s, B), add(point(signature[:32]), times(k, point(key)))
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0

def opened(note, name, key):
    """Size and root of a checkpoint that `key` signed for the log `name`."""
    text, below = note[: note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2 :]
    wanted = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    for line in below.splitlines():
        dash, signer, data = line.split(" ")
        data = base64.b64decode(data, validate=True)
        if dash == "—" and signer == name and data[:4] == wanted and ed25519(key, text.encode(), data[4:]):
            origin, size, root = text.split("\n")[:3]
            if origin != name: raise ValueError(f"{name}: the checkpoint is of {origin}")
            return int(size), base64.b64decode(root, validate=True)
    raise ValueError(f"{name}: no right signature")

def leaf(entry): return hashlib.sha256(b"\0" + entry).digest()
def node(left, right): return hashlib.sha256(b"\1" + left + right).digest()

class Tree:
    def __init__(self): self.size, self.roots = 0, []
    def push(self, hash):
        n = self.size
        while n & 1: hash, n = node(self.roots.pop(), hash), n >> 1
        self.roots.append(hash); self.size += 1
    def root(self):
        if not self.roots: return hashlib.sha256().digest()
        hash = self.roots[-1]
        for left in reversed(self.roots[:-1]): hash = node(left, hash)
        return hash

def place(index, width):
    parts = [f"{index % 1000:03}"]
    while index >= 1000: index //= 1000; parts.insert(0, f"x{index % 1000:03}")
    return "/".join(parts) + (f".p/{width}" if width < 256 else "")

def read(*path):
    with open(os.path.join(*path), "rb") as file: return file.read()

def tiles(count): return [(i, min(256, count - 256 * i)) for i in range((count + 255) // 256)]

def entries(log, size):
    for index, width in tiles(size):
        data, found = read(log, "tile", "entries", place(index, width)), 0
        while data:
            length = int.from_bytes(data[:2], "big")
            if len(data) < 2 + length: raise ValueError(f"{log}: bundle {index} is cut off")
            yield data[2 : 2 + length]
            data, found = data[2 + length :], found + 1
        if found != width: raise ValueError(f"{log}: bundle {index} has {found} entries")

def check(log, key):
    """Gives the name, the root at every size, and the entries."""
    name = read(log, "key").decode().split("+")[0]
    size, root = opened(read(log, "checkpoint").decode(), name, key)
    tree, roots, row, texts = Tree(), [], [], []
    for entry in entries(log, size):
        row.append(leaf(entry)); tree.push(row[-1]); roots.append(tree.root()); texts.append(entry)
    if tree.root() != root: raise ValueError(f"{log}: the entries do not lead to the root that was signed")
    level = 0
    while row:
        for index, width in tiles(len(row)):
            if read(log, "tile", str(level), place(index, width)) != b"".join(row[256 * index :][:width]):
                raise ValueError(f"{log}: tile {level}/{index} is not what the entries make it")
        full, row, level = row, [], level + 1
        for index in range(len(full) // 256):
            part = Tree()
            for hash in full[256 * index :][:256]: part.push(hash)
            row.append(part.root())
    return name, roots, texts

def main(folder, given=None):
    found = sorted(os.listdir(folder))
    first = found[0] if len(found) == 1 else "all"
    text = given or read(folder, first, "key").decode().strip()
    key = base64.b64decode(text.split("+", 2)[2])[1:]
    logs = {name: (roots, texts) for name, roots, texts in (check(os.path.join(folder, log), key) for log in found)}
    for note in logs[text.split("+")[0]][1] if first == "all" else []:
        name = note.decode().split("\n")[0]
        size, root = opened(note.decode(), name, key)
        if size and logs[name][0][size - 1] != root: raise ValueError(f"{name}: was rewritten before entry {size}")
    print(f"{len(logs)} logs, {sum(len(roots) for roots, _ in logs.values())} entries: sound")

if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (ValueError, OSError, KeyError, IndexError) as error:
        sys.exit(f"not sound: {error}")
