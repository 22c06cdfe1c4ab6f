"""Writes vectors.json: random ABI types and values, encoded by eth-abi. See SOURCE.md."""
import json
import pathlib
import random

from eth_abi import encode

rng = random.Random(20261121)


def leaf():
    kind = rng.randrange(8)
    if kind == 0:
        return f"uint{8 * rng.randint(1, 32)}"
    if kind == 1:
        return f"int{8 * rng.randint(1, 32)}"
    if kind == 2:
        return f"bytes{rng.randint(1, 32)}"
    return ["address", "bool", "bytes", "string", "uint256"][kind - 3]


def a_type(depth):
    kind = rng.randrange(10)
    if depth == 0 or kind < 5:
        return leaf()
    if kind < 7:
        return a_type(depth - 1) + "[]"
    if kind < 8:
        return a_type(depth - 1) + f"[{rng.randint(1, 3)}]"
    return "(" + ",".join(a_type(depth - 1) for _ in range(rng.randint(1, 3))) + ")"


def split(text):
    """The members of a tuple's text without its brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return parts + [text[start:]]


def a_value(t):
    """(value for eth-abi, value for JSON)"""
    if t.endswith("]"):
        inner, size = t[:-1].rsplit("[", 1)
        pairs = [a_value(inner) for _ in range(int(size) if size else rng.randint(0, 3))]
        return [p[0] for p in pairs], [p[1] for p in pairs]
    if t.startswith("("):
        pairs = [a_value(m) for m in split(t[1:-1])]
        return tuple(p[0] for p in pairs), [p[1] for p in pairs]
    if t.startswith(("uint", "int")):
        bits = int(t.lstrip("uint"))
        low, high = (0, 2**bits - 1) if t[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        n = rng.choice([low, high, 0, max(low, -1), rng.randint(low, high), min(high, rng.randrange(1000))])
        return n, str(n)
    if t == "bool":
        b = rng.random() < 0.5
        return b, b
    if t == "string":
        s = "".join(rng.choice("abcé😀 \n\"") for _ in range(rng.choice([0, 1, 5, 31, 33, 70])))
        return s, s
    size = 20 if t == "address" else int(t[5:]) if t != "bytes" else rng.choice([0, 1, 31, 32, 33, 100])
    raw = rng.randbytes(size)
    return ("0x" + raw.hex() if t == "address" else raw), "0x" + raw.hex()


cases = []
while len(cases) < 160:
    types = [a_type(3) for _ in range(rng.randint(1, 4))]
    pairs = [a_value(t) for t in types]
    data = encode(types, [p[0] for p in pairs])
    if len(data) <= 2_500:
        cases.append({"types": types, "values": [p[1] for p in pairs], "data": "0x" + data.hex()})
lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
pathlib.Path(__file__).with_name("vectors.json").write_text("[\n" + lines + "\n]\n")
