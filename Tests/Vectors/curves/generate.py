#!/usr/bin/env python3
"""Writes bn254.txt, bls12381.txt and kzg.txt beside this file: `function input output`, `-` for no bytes, `fail` for an invalid input.

The judge is EELS (ethereum-execution, its Osaka precompiles over py_ecc), called with an empty frame around the input. Our own part
is the choice of inputs. Fixed seeds; about a minute of pure Python pairings.

    python3 -m venv .venv-vectors && .venv-vectors/bin/pip install ethereum-execution==2.20.0 py-ecc==8.0.0
    .venv-vectors/bin/python Tests/Vectors/curves/generate.py
"""
import random
from pathlib import Path
from types import SimpleNamespace

import py_ecc.optimized_bls12_381 as bls
import py_ecc.optimized_bn128 as bn
from ethereum.crypto.kzg import KZGCommitment, kzg_commitment_to_versioned_hash
from ethereum.exceptions import EthereumException
from ethereum.forks.osaka.vm.precompiled_contracts import alt_bn128, point_evaluation
from ethereum.forks.osaka.vm.precompiled_contracts.bls12_381 import bls12_381_g1, bls12_381_g2, bls12_381_pairing
from ethereum_types.numeric import Uint
from py_ecc.bls.hash_to_curve import map_to_curve_G1, map_to_curve_G2
from py_ecc.bls.point_compression import compress_G1, decompress_G1

rng = random.Random()
HERE = Path(__file__).parent
FUNCTIONS = {
    "bn_add": alt_bn128.alt_bn128_add,
    "bn_multiply": alt_bn128.alt_bn128_mul,
    "bn_pairing": alt_bn128.alt_bn128_pairing_check,
    "g1_add": bls12_381_g1.bls12_g1_add,
    "g1_msm": bls12_381_g1.bls12_g1_msm,
    "g2_add": bls12_381_g2.bls12_g2_add,
    "g2_msm": bls12_381_g2.bls12_g2_msm,
    "pairing": bls12_381_pairing.bls12_pairing,
    "map_g1": bls12_381_g1.bls12_map_fp_to_g1,
    "map_g2": bls12_381_g2.bls12_map_fp2_to_g2,
    "kzg": point_evaluation.point_evaluation,
}


def run(function, data):
    frame = SimpleNamespace(message=SimpleNamespace(data=bytes(data)), gas_left=Uint(10**12), output=b"")
    try:
        FUNCTIONS[function](frame)
    except EthereumException:
        return None
    return bytes(frame.output)


class Book:
    def __init__(self, name, title):
        rng.seed(name)
        self.path, self.lines, self.seen = HERE / name, [f"# {title} Made by generate.py."], set()

    def case(self, function, data):
        if (function, data) in self.seen:
            return
        self.seen.add((function, data))
        output = run(function, data)
        self.lines.append(f"{function} {data.hex() or '-'} {'fail' if output is None else output.hex() or '-'}")

    def write(self):
        self.path.write_text("\n".join(self.lines) + "\n")
        print(self.path.name, len(self.lines) - 1, "cases", self.path.stat().st_size, "bytes")


def word(x):
    return (x % 2**256).to_bytes(32, "big")


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


# MARK: bn254


def bn1(p):
    if bn.is_inf(p):
        return bytes(64)
    x, y = bn.normalize(p)
    return word(int(x)) + word(int(y))


def bn2(q):
    if bn.is_inf(q):
        return bytes(128)
    x, y = bn.normalize(q)
    return b"".join(word(int(c.coeffs[i])) for c in (x, y) for i in (1, 0))


def fq2_root(field, fq2, a):
    """A square root in Fp2 for p = 3 modulo 4, or None."""
    p = field
    c0, c1 = (int(c) for c in a.coeffs)
    norm = pow(c0 * c0 + c1 * c1, (p + 1) // 4, p)
    for n in (norm, -norm):
        half = (c0 + n) * pow(2, -1, p) % p
        r = pow(half, (p + 1) // 4, p)
        if r and r * r % p == half:
            root = fq2((r, c1 * pow(2 * r, -1, p)))
            if root * root == a:
                return root
    return None


def off_group(field, fq2, b, order, multiply, is_inf):
    """A point of the twist that is not in the group."""
    while True:
        x = fq2((rng.randrange(field), rng.randrange(field)))
        y = fq2_root(field, fq2, x * x * x + b)
        if y is not None and not is_inf(multiply((x, y, fq2.one()), order)):
            return (x, y, fq2.one())


def bn_points():
    return bn.multiply(bn.G1, rng.randrange(1, bn.curve_order))


def bn254():
    book = Book("bn254.txt", "EIP-196 and EIP-197 on bn254.")
    p, r, G, Z1, Z2 = bn.field_modulus, bn.curve_order, bn1(bn.G1), bytes(64), bytes(128)
    points = [bn_points() for _ in range(24)]
    enc = [bn1(a) for a in points]
    for a, b in zip(enc[::2], enc[1::2]):
        book.case("bn_add", a + b)
    for a, q in zip(enc[:4], points):
        for data in (a + a, a + bn1(bn.neg(q)), a + Z1, Z1 + a):
            book.case("bn_add", data)
    book.case("bn_add", Z1 + Z1)
    bad = [word(p) + word(0), word(0) + word(p), word(p + 1) + word(2), word(1) + word(p + 2), word(2**256 - 1) * 2]
    bad += [word(1) + word(3), word(0) + word(1), word(1) + word(0), flip(enc[0], 63), flip(enc[1], 31)]
    for b in bad:
        book.case("bn_add", b + enc[0])
        book.case("bn_add", enc[0] + b)
        book.case("bn_multiply", b + word(0))
    scalars = [0, 1, 2, 3, r - 1, r, r + 1, 2 * r, 5 * r + 7, 2**128 - 1, 2**128, 2**255, 2**256 - 1]
    lam = pow(3, (r - 1) // 3, r)
    scalars += [lam, r - lam, lam + 1, lam * lam % r, (r - 1) // 2] + [rng.getrandbits(256) for _ in range(16)]
    for k in scalars:
        book.case("bn_multiply", rng.choice(enc) + word(k))
    for k in (0, 1, r, 2**256 - 1):
        book.case("bn_multiply", Z1 + word(k))
        book.case("bn_multiply", G + word(k))
    # Pairings: e(a P, b Q) e(-ab P, Q) = 1.
    Q = [bn.multiply(bn.G2, rng.randrange(1, r)) for _ in range(4)]
    a, b = rng.randrange(r), rng.randrange(r)
    true2 = bn1(bn.multiply(points[0], a)) + bn2(bn.multiply(Q[0], b)) + bn1(bn.multiply(points[0], -a * b % r)) + bn2(Q[0])
    false2 = true2[:192] + bn1(points[3]) + bn2(Q[0])
    true3 = b"".join(
        bn1(bn.multiply(bn.G1, s)) + bn2(bn.multiply(bn.G2, t)) for s, t in ((a, b), (b, a), (r - 2, a * b % r))
    )
    one = enc[5] + bn2(Q[1])
    wrong = off_group(p, bn.FQ2, bn.b2, r, bn.multiply, bn.is_inf)
    for data in (
        b"", Z1 + Z2, one, enc[5] + Z2, Z1 + bn2(Q[1]), true2, false2, true3, true2 + Z1 + bn2(Q[2]), enc[1] + Z2 + true2,
        true2 + one, enc[2] + bn2(Q[2]) + bn1(bn.neg(points[2])) + bn2(Q[2]), enc[2] + bn2(Q[2]) + enc[2] + bn2(bn.neg(Q[2])),
        enc[2] + bn2(Q[2]) + enc[2] + bn2(Q[2]),
    ):
        book.case("bn_pairing", data)
    for point in (bn2(wrong), bn2(bn.neg(wrong)), word(0) + word(p) + bytes(64), word(p) + bytes(96), flip(bn2(Q[1]), 127),
                  bn2(Q[1])[32:64] + bn2(Q[1])[:32] + bn2(Q[1])[64:], bytes(127) + b"\1"):
        book.case("bn_pairing", enc[5] + point)
    book.case("bn_pairing", true2 + Z1 + bn2(wrong))
    for b in bad:
        book.case("bn_pairing", b + Z2)
    for length in (1, 64, 191, 193, 383):
        book.case("bn_pairing", true2[:length].ljust(length, b"\0"))
    book.write()


# MARK: BLS12-381


def fp(x):
    return x.to_bytes(64, "big")


def bls1(p):
    if bls.is_inf(p):
        return bytes(128)
    x, y = bls.normalize(p)
    return fp(int(x)) + fp(int(y))


def bls2(q):
    if bls.is_inf(q):
        return bytes(256)
    x, y = bls.normalize(q)
    return b"".join(fp(int(v)) for c in (x, y) for v in c.coeffs)


def bad_points(good, size, p):
    """Invalid encodings near a good one of two coordinates of `size` bytes."""
    yield flip(good, 2 * size - 1)
    yield flip(good, size - 1)
    for at in range(0, len(good), 64):
        yield flip(good, at)
        yield flip(good, at + 15)
        yield good[:at] + fp(p) + good[at + 64 :]
        yield good[:at] + fp(int.from_bytes(good[at : at + 64], "big") + p) + good[at + 64 :]
    yield bytes(2 * size - 1) + b"\1"
    yield bytes(16) + b"\x40" + bytes(2 * size - 17)


def bls12381():
    book = Book("bls12381.txt", "EIP-2537 on BLS12-381.")
    p, r, Z1, Z2 = bls.field_modulus, bls.curve_order, bytes(128), bytes(256)
    P = [bls.multiply(bls.G1, rng.randrange(1, r)) for _ in range(12)]
    Q = [bls.multiply(bls.G2, rng.randrange(1, r)) for _ in range(8)]
    e1, e2 = [bls1(a) for a in P], [bls2(a) for a in Q]
    off1 = [map_to_curve_G1(bls.FQ(rng.randrange(p))) for _ in range(3)]
    off2 = [map_to_curve_G2(bls.FQ2((rng.randrange(p), rng.randrange(p)))) for _ in range(3)]
    # Points whose order divides a small factor of the cofactor, where weak subgroup checks fail: 3 and 11 on G1.
    exponent = (0xD201000000010000 + 1) * r
    for small in (3, 11):
        while True:
            point = bls.multiply(map_to_curve_G1(bls.FQ(rng.randrange(p))), exponent // small)
            if not bls.is_inf(point):
                off1 += [point, bls.add(point, P[0])]
                break
    for point in off1:
        assert not bls.is_inf(bls.multiply(point, r))
    small2 = bls.multiply(off2[0], r)
    off2 += [small2, bls.add(small2, Q[0])]
    for point in off2:
        assert not bls.is_inf(bls.multiply(point, r))
    scalars = [0, 1, 2, r - 1, r, r + 1, 2**256 - 1, 2**128, 0xD201000000010000**2, 0xD201000000010000]
    for group, add, msm, e, pts, Z, enc, off in (
        (1, "g1_add", "g1_msm", e1, P, Z1, bls1, off1), (2, "g2_add", "g2_msm", e2, Q, Z2, bls2, off2),
    ):
        size = len(Z) // 2
        for a, b in list(zip(e[::2], e[1::2]))[:4]:
            book.case(add, a + b)
        for data in (e[0] + e[0], e[0] + enc(bls.neg(pts[0])), e[0] + Z, Z + e[0], Z + Z):
            book.case(add, data)
        for o in off:
            book.case(add, enc(o) + e[0])
            book.case(msm, enc(o) + word(5))
        book.case(msm, e[0] + word(1) + enc(off[0]) + word(0))
        for i, b in enumerate(bad_points(e[1], size, p)):
            if i % 2 == 0 if group == 1 else i % 5 == 0:
                book.case(add, b + e[0])
            if i % 4 == 1 if group == 1 else i % 9 == 1:
                book.case(msm, b + word(1))
        book.case(add, e[0] + flip(e[1], 2 * size - 1))
        for k in scalars[::group] + [rng.getrandbits(256) for _ in range(3)]:
            book.case(msm, rng.choice(e) + word(k))
        book.case(msm, Z + word(7))
        book.case(msm, e[0] + word(5) + enc(bls.neg(pts[0])) + word(5))
        book.case(msm, e[0] + word(5) + e[0] + word(r - 5) + Z + word(9))
        book.case(msm, b"".join(a + word(rng.getrandbits(256)) for a in e))
        for length in (0, 1, len(Z) + 31, len(Z) + 33):
            book.case(add, (e[0] + e[1] + b"\0")[:length])
            book.case(msm, (e[0] + word(1) + e[1] + word(1))[:length])
    a, b = rng.randrange(r), rng.randrange(r)
    true2 = bls1(bls.multiply(P[0], a)) + bls2(bls.multiply(Q[0], b)) + bls1(bls.multiply(P[0], -a * b % r)) + bls2(Q[0])
    true3 = b"".join(bls1(bls.multiply(bls.G1, s)) + bls2(bls.multiply(bls.G2, t)) for s, t in ((a, b), (b, a), (r - 2, a * b % r)))
    for data in (
        b"", Z1 + Z2, e1[5] + e2[1], e1[5] + Z2, Z1 + e2[1], true2, true3, true2[:384] + e1[3] + e2[0], true2 + Z1 + e2[2],
        e1[1] + e2[1] + bls1(bls.neg(P[1])) + e2[1],
        *(bls1(o) + e2[1] for o in off1), *(e1[1] + bls2(o) for o in off2), bls1(off1[0]) + Z2, Z1 + bls2(off2[0]),
        flip(e1[1], 127) + Z2, Z1 + flip(e2[1], 255), true2[:383], true2[:385],
        flip(true2, 0), flip(true2, 384 + 128), e1[1][:64] + fp(p) + e2[1],
    ):
        book.case("pairing", data)
    values = [0, 1, 2, 11, p - 1, p - 2, (p - 1) // 2] + [rng.randrange(p) for _ in range(6)]
    # The exceptional input of G1's map: z u^2 = -1, where -1 / 11 is a square.
    exceptional = pow(-pow(11, -1, p) % p, (p + 1) // 4, p)
    if 11 * exceptional * exceptional % p == p - 1:
        values += [exceptional, p - exceptional]
    for u in values:
        book.case("map_g1", fp(u))
    for u in (p, p + 1, 2**381, 2**384, 2**512 - 1):
        book.case("map_g1", fp(u))
        book.case("map_g2", fp(u) + fp(1))
        book.case("map_g2", fp(1) + fp(u))
    for u in [(0, 0), (1, 0), (0, 1), (p - 1, 0), (0, p - 1), (5, 0), (0, 7)] + [(rng.randrange(p), rng.randrange(p)) for _ in range(6)]:
        book.case("map_g2", fp(u[0]) + fp(u[1]))
    for length in (0, 63, 65, 129):
        book.case("map_g1", bytes(length))
        book.case("map_g2", bytes(length))
    book.write()


# MARK: KZG

# Three openings from go-ethereum's and the consensus tests' public point-evaluation data: z, y, commitment, proof.
OPENINGS = [bytes.fromhex(line) for line in (HERE / "openings.txt").read_text().split() if len(line) == 320]


def g1_bytes(point):
    return int(compress_G1(point)).to_bytes(48, "big")


def kzg_case(book, z, y, commitment, proof, hash_=None):
    if hash_ is None:
        hash_ = bytes(kzg_commitment_to_versioned_hash(KZGCommitment(commitment)))
    book.case("kzg", hash_ + z + y + commitment + proof)


def kzg():
    book = Book("kzg.txt", "EIP-4844 point evaluation.")
    r, INF = bls.curve_order, b"\xc0" + bytes(47)
    for opening in OPENINGS:
        z, y, commitment, proof = opening[:32], opening[32:64], opening[64:112], opening[112:]
        kzg_case(book, z, y, commitment, proof)
        # s f + t has the value s y + t at z, and the proof s times the old one.
        s, t = rng.randrange(1, r), rng.randrange(r)
        C, W = (decompress_G1(int.from_bytes(b, "big")) for b in (commitment, proof))
        y2 = word((s * int.from_bytes(y, "big") + t) % r)
        c2 = g1_bytes(bls.add(bls.multiply(C, s), bls.multiply(bls.G1, t)))
        kzg_case(book, z, y2, c2, g1_bytes(bls.multiply(W, s)))
        kzg_case(book, z, y2, commitment, proof)
        kzg_case(book, word(int.from_bytes(z, "big") ^ 1), y, commitment, proof)
        kzg_case(book, z, y, c2, proof)
        kzg_case(book, z, y, commitment, commitment)
    # Constant polynomials: the proof is the point at infinity.
    for c in (0, 1, 77, r - 1):
        commitment = g1_bytes(bls.multiply(bls.G1, c)) if c else INF
        for z in (0, 5, r - 1):
            kzg_case(book, word(z), word(c), commitment, INF)
        kzg_case(book, word(0), word((c + 1) % r), commitment, INF)
        kzg_case(book, word(3), word(c), commitment, g1_bytes(bls.G1))
    z, y, commitment, proof = opening[:32], opening[32:64], opening[64:112], opening[112:]
    good = bytes(kzg_commitment_to_versioned_hash(KZGCommitment(commitment)))
    for z2, y2 in ((word(r), y), (z, word(r)), (word(int.from_bytes(z, "big") + r), y), (z, word(int.from_bytes(y, "big") + r)), (word(-1), y)):
        kzg_case(book, z2, y2, commitment, proof)
    kzg_case(book, z, y, commitment, proof, b"\0" + good[1:])
    kzg_case(book, z, y, commitment, proof, flip(good, 31))
    p = bls.field_modulus
    off = None
    while off is None:
        x = rng.randrange(p)
        root = pow(x**3 + 4, (p + 1) // 4, p)
        if root * root % p == (x**3 + 4) % p:
            off = (1 << 383 | x).to_bytes(48, "big")
        else:
            nowhere = (1 << 383 | x).to_bytes(48, "big")
    while True:
        x = rng.randrange(p)
        if pow(x**3 + 4, (p - 1) // 2, p) == p - 1:
            nowhere = (1 << 383 | x).to_bytes(48, "big")
            break
    shapes = [off, nowhere, (1 << 383 | p).to_bytes(48, "big"), bytes(48), b"\x40" + bytes(47), b"\xe0" + bytes(47), INF[:-1] + b"\1",
              bytes([commitment[0] & 0x7F]) + commitment[1:], bytes([commitment[0] ^ 0x20]) + commitment[1:], b"\xff" * 48, b"\xa0" + bytes(47)]
    for shape in shapes:
        kzg_case(book, z, y, shape, proof)
        kzg_case(book, z, y, commitment, shape)
    for length in (0, 1, 191, 193):
        book.case("kzg", (good + z + y + commitment + proof + b"\0")[:length])
    book.write()


if __name__ == "__main__":
    bn254()
    kzg()
    bls12381()
