#!/usr/bin/env python3
"""Prints inputs and the length of their FastLZ level-1 stream, for lengths.txt.

A compressor that writes the stream itself: a decoder takes each stream back to its input, and only then is the length
printed. Standard library only: python3 Tests/Vectors/fastlz/generate.py > Tests/Vectors/fastlz/lengths.txt
"""
import random

WINDOW, TAIL, LONGEST = 0x1FFF, 13, 262


def literals(out, run):
    for start in range(0, len(run), 32):
        part = run[start : start + 32]
        out.append(len(part) - 1)
        out.extend(part)


def match(out, size, distance):
    """size: bytes of the match."""
    field, back = size - 2, distance - 1
    while field > LONGEST:
        out.extend((0xE0 + (back >> 8), LONGEST - 9, back & 255))
        field -= LONGEST
    if field < 7:
        out.extend(((field << 5) + (back >> 8), back & 255))
    else:
        out.extend((0xE0 + (back >> 8), field - 7, back & 255))


def compress(data):
    out, table, n = bytearray(), {}, len(data)
    anchor, at, limit = 0, 2, n - TAIL
    enter = lambda i: table.__setitem__(int.from_bytes(data[i : i + 3], "little") * 2654435769 % 2**32 >> 19, i)
    while at < limit - 1:
        earlier = table.get(int.from_bytes(data[at : at + 3], "little") * 2654435769 % 2**32 >> 19, 0)
        enter(at)
        if at - earlier > WINDOW or data[earlier : earlier + 3] != data[at : at + 3]:
            at += 1
            continue
        literals(out, data[anchor:at])
        size = 3
        while at + size < n - 4 and data[earlier + size] == data[at + size]:
            size += 1
        size -= at + size == n - 4
        match(out, size, at - earlier)
        enter(at + size - 2)
        enter(at + size - 1)
        anchor = at = at + size
    literals(out, data[anchor:])
    return bytes(out)


def decompress(stream):
    out, i = bytearray(), 0
    while i < len(stream):
        control = stream[i]
        kind = control >> 5 if i else 0
        if kind == 0:
            out.extend(stream[i + 1 : i + 2 + (control & 31)])
            i += 2 + (control & 31)
            continue
        size = kind + 2
        if kind == 7:
            i += 1
            size += stream[i]
        back = ((control & 31) << 8) + stream[i + 1] + 1
        for _ in range(size):
            out.append(out[-back])
        i += 2
    return bytes(out)


def inputs():
    pick = random.Random(20261121)
    for size in range(0, 40):
        yield bytes(pick.randrange(3) for _ in range(size))
    yield bytes([1]) * 1000
    yield bytes(1000)
    yield bytes(range(256)) * 4
    for size in (260, 262, 263, 264, 265, 266, 270, 275, 280, 290, 520, 540, 550, 800, 1100):
        yield bytes([7]) * size
    for _ in range(60):  # like calldata: words, some seen before
        words = [pick.randbytes(32) for _ in range(3)] + [pick.randrange(10**6).to_bytes(32, "big") for _ in range(4)]
        yield pick.randbytes(4) + b"".join(pick.choice(words) for _ in range(pick.randrange(1, 24)))
    for _ in range(60):  # few symbols, many short matches
        yield bytes(pick.choices(range(pick.choice((2, 4, 16, 256))), k=pick.randrange(14, 600)))
    far = pick.randbytes(40)  # just inside, at and beyond the window
    for gap in (8100, 8150, 8151, 8152, 8153, 8200):
        yield far + pick.randbytes(gap) + far + bytes(20)


if __name__ == "__main__":
    print("# input, length of its FastLZ level-1 stream; generate.py")
    for data in inputs():
        stream = compress(data)
        assert decompress(stream) == data, data.hex()
        print(data.hex() or "-", len(stream))
