"""Writes tries.json: random sets of pairs, their root, and proofs of present and absent keys.

The second implementation is the `trie` package of the Ethereum Foundation (py-trie). Its get_proof also lists nodes
that lie inside their parents; they are left out, as eth_getProof leaves them out.
"""
import json
import pathlib
import random

import rlp
from trie import HexaryTrie

rng = random.Random(20240817)


def pairs_of(kind):
    if kind == "short":  # short keys that are prefixes of each other, short values: many embedded nodes
        count = rng.randint(1, 30)
        return {
            bytes(rng.choice([0, 1, 16, 17, 255]) for _ in range(rng.randint(1, 4))): rng.randbytes(rng.randint(1, 4))
            for _ in range(count)
        }
    if kind == "hashed":  # 32-byte keys
        return {rng.randbytes(32): rng.randbytes(rng.choice([1, 32, 40])) for _ in range(rng.randint(1, 14))}
    if kind == "deep":  # 32-byte keys that differ late
        stem = rng.randbytes(29)
        return {
            stem + bytes(rng.choice([0, 1, 16]) for _ in range(3)): rng.randbytes(rng.randint(1, 3))
            for _ in range(rng.randint(1, 12))
        }
    if kind == "index":  # the keys of an index trie
        return {rlp.encode(i): rng.randbytes(rng.randint(1, 20)) for i in range(rng.choice([1, 2, 17, 128, 129]))}
    raise ValueError(kind)


def absent(pairs):
    key = bytearray(rng.choice(list(pairs)))
    how = rng.randint(0, 3)
    if how == 0:
        return rng.randbytes(len(key))
    if how == 1:
        return bytes(key[:-1])
    if how == 2:
        return bytes(key) + b"\x00"
    key[rng.randrange(len(key))] ^= 1 << rng.randrange(8)
    return bytes(key)


cases = []
for kind, times in [("short", 30), ("hashed", 5), ("deep", 10), ("index", 5)]:
    for _ in range(times):
        pairs = pairs_of(kind)
        trie = HexaryTrie({})
        for key, value in pairs.items():
            trie[key] = value
        keys = rng.sample(list(pairs), min(3, len(pairs))) + [absent(pairs) for _ in range(3)]
        proofs = []
        for key in keys:
            nodes = [rlp.encode(node) for node in trie.get_proof(key)]
            nodes = [node for index, node in enumerate(nodes) if index == 0 or len(node) >= 32]
            value = pairs.get(key)
            proofs.append({"key": key.hex(), "value": value and value.hex(), "nodes": [node.hex() for node in nodes]})
        cases.append({
            "kind": kind,
            "pairs": [[key.hex(), value.hex()] for key, value in pairs.items()],
            "root": trie.root_hash.hex(),
            "proofs": proofs,
        })

out = pathlib.Path(__file__).with_name("tries.json")
out.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print(len(cases), "tries,", sum(len(c["proofs"]) for c in cases), "proofs,", out.stat().st_size, "bytes")
