"""Inputs for the precompiled contracts: well-formed, spoiled in one place, or random."""
import hashlib

from coincurve import PrivateKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from py_ecc import optimized_bls12_381 as bls
from py_ecc import optimized_bn128 as bn

from ethereum.crypto.hash import keccak256


def word(value, width=32):
    return int(value).to_bytes(width, "big")


def _affine(curve, point, width, swap):
    """A point as the contract takes it; extension field elements imaginary part first when `swap`."""
    if curve.is_inf(point):
        return bytes(width * (4 if hasattr(point[0], "coeffs") else 2))
    out = b""
    for coordinate in curve.normalize(point):
        parts = list(getattr(coordinate, "coeffs", [coordinate]))
        out += b"".join(word(int(part), width) for part in (reversed(parts) if swap else parts))
    return out


BN_G1 = [_affine(bn, bn.multiply(bn.G1, k), 32, True) for k in (1, 2, 3, 9)] + [bytes(64)]
BN_NEGATED = [_affine(bn, bn.neg(bn.multiply(bn.G1, k)), 32, True) for k in (1, 2)]
BN_G2 = [_affine(bn, bn.multiply(bn.G2, k), 32, True) for k in (1, 2)] + [bytes(128)]
BLS_G1 = [_affine(bls, bls.multiply(bls.G1, k), 64, False) for k in (1, 2, 3)] + [bytes(128)]
BLS_NEGATED = [_affine(bls, bls.neg(bls.G1), 64, False)]
BLS_G2 = [_affine(bls, bls.multiply(bls.G2, k), 64, False) for k in (1, 2)] + [bytes(256)]
BLS_ORDER = bls.curve_order
_KEY = PrivateKey(bytes(31) + b"\x07")
_P256 = ec.derive_private_key(1234567, ec.SECP256R1())


def ecrecover(r):
    digest = r.randbytes(32)
    signature = _KEY.sign_recoverable(digest, hasher=None)
    parity, high = signature[64], r.random() < 0.2
    s = int.from_bytes(signature[32:64], "big")
    if high:  # the other s is as good here
        s, parity = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 - s, 1 - parity
    return digest + word(27 + parity) + signature[:32] + word(s)


def modexp(r):
    lengths = [r.choice([0, 1, 2, 8, 31, 32, 33, 64, 65, 96]) for _ in range(3)]
    if r.random() < 0.1:
        lengths[r.randrange(3)] = r.choice([1023, 1024, 1025, 1 << 32, 1 << 64, (1 << 256) - 1])
    body = b"".join(r.randbytes(min(length, 1100)) if r.random() < 0.8 else bytes(min(length, 1100)) for length in lengths)
    return b"".join(word(length) for length in lengths) + (body if r.random() < 0.85 else body[:r.randint(0, len(body))])


def blake2f(r):
    return word(r.choice([0, 1, 2, 10, 12, 100]), 4) + r.randbytes(208) + bytes([r.choice([0, 1, 1, 2])])


def bn_pairing(r):
    pick = r.random()
    if pick < 0.5:
        return b""
    if pick < 0.8:
        return BN_G1[-1] + r.choice(BN_G2)
    return BN_G1[0] + BN_G2[0] + BN_NEGATED[0] + BN_G2[0] if r.random() < 0.15 else BN_G1[1] + BN_G2[2]


def bls_pairing(r):
    pick = r.random()
    if pick < 0.4:
        return b""
    if pick < 0.9:
        return BLS_G1[-1] + r.choice(BLS_G2[-1:])
    return BLS_G1[0] + BLS_G2[0] + BLS_NEGATED[0] + BLS_G2[0] if r.random() < 0.1 else BLS_G1[0] + BLS_G2[-1]


def kzg(r):
    """The zero polynomial: commitment and proof are infinity, its value is 0 everywhere."""
    infinity = b"\xc0" + bytes(47)
    versioned = b"\x01" + hashlib.sha256(infinity).digest()[1:]
    return versioned + word(r.getrandbits(250)) + word(0 if r.random() < 0.9 else 1) + infinity + infinity


def p256(r):
    digest = r.randbytes(32)
    a, b = utils.decode_dss_signature(_P256.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
    key = _P256.public_key().public_numbers()
    return digest + word(a) + word(b) + word(key.x) + word(key.y)


def scalar(r):
    return r.choice([word(0), word(1), word(2), word(r.getrandbits(256)), word(BLS_ORDER), word((1 << 256) - 1)])


def bls_map(r, width):
    parts = [r.choice([0, 1, 5, r.getrandbits(380), bls.field_modulus - 1, bls.field_modulus]) for _ in range(width)]
    return b"".join(word(part, 64) for part in parts)


# number -> (first fork's rank, weight, input, bytes of output). The weights keep what is slow in EELS rare.
MAKERS = {
    1: (0, 6, ecrecover, 32), 2: (0, 6, lambda r: r.randbytes(r.randint(0, 130)), 32),
    3: (0, 6, lambda r: r.randbytes(r.randint(0, 130)), 32), 4: (0, 6, lambda r: r.randbytes(r.randint(0, 130)), 128),
    5: (4, 6, modexp, 64), 6: (4, 5, lambda r: r.choice(BN_G1) + r.choice(BN_G1), 64),
    7: (4, 2, lambda r: r.choice(BN_G1) + scalar(r), 64), 8: (4, 1, bn_pairing, 32), 9: (6, 5, blake2f, 64),
    10: (11, 0.4, kzg, 64), 11: (12, 3, lambda r: r.choice(BLS_G1) + r.choice(BLS_G1), 128),
    12: (12, 1, lambda r: b"".join(r.choice(BLS_G1) + scalar(r) for _ in range(r.choice([0, 1, 1, 2]))), 128),
    13: (12, 2, lambda r: r.choice(BLS_G2) + r.choice(BLS_G2), 256),
    14: (12, 0.5, lambda r: b"".join(r.choice(BLS_G2) + scalar(r) for _ in range(r.choice([0, 1, 1, 2]))), 256),
    15: (12, 0.5, bls_pairing, 32), 16: (12, 0.5, lambda r: bls_map(r, 1), 128), 17: (12, 0.3, lambda r: bls_map(r, 2), 256),
    256: (13, 4, p256, 32),
}


def precompile_input(r, rank):
    """The contract's number, its calldata and how much output to ask for; now and then one that the fork has not."""
    known = [n for n, maker in MAKERS.items() if maker[0] <= rank or r.random() < 0.05]
    number = r.choices(known, [MAKERS[n][1] for n in known])[0]
    _, _, make, out = MAKERS[number]
    data = make(r)
    pick = r.random()
    if pick < 0.1 and data:
        place = r.randrange(len(data))
        data = data[:place] + r.randbytes(1) + data[place + 1:]
    elif pick < 0.15:
        data = data[:r.randint(0, len(data))]
    elif pick < 0.2:
        data += r.randbytes(r.choice([1, 31, 32]))
    return number, data, r.choice([out, out, out, 0, 32, 31])
