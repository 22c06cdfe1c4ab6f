"""Writes keccak256.txt: `length hash` for every message length from 0 to 300, by pycryptodome (a second implementation).

Byte i of the message of length n is (7 * i + 13 * n + 5) mod 256. Run: see SOURCE.md.
"""

from pathlib import Path

from Crypto.Hash import keccak

lines = []
for length in list(range(301)) + [4096, 10_000]:
    message = bytes((7 * i + 13 * length + 5) % 256 for i in range(length))
    lines.append(f"{length} {keccak.new(digest_bits=256, data=message).hexdigest()}\n")
Path(__file__).with_name("keccak256.txt").write_text("".join(lines))
