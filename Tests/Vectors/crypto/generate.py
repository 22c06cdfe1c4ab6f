"""Writes primitives.txt: digests, key derivations, ciphers and signatures by Python's hashlib, pycryptodome and ecdsa.

One vector a line, fields apart by one space, bytes as hex, `-` for no bytes. Inputs come from a fixed seed. Run: see SOURCE.md.
"""

import hashlib
import hmac
import random
from pathlib import Path

from Crypto.Cipher import AES
from Crypto.Util import Counter
from ecdsa import SECP256k1, SigningKey
from ecdsa.util import sigencode_strings

rng = random.Random(20261121)
n = SECP256k1.order
lines = []


def text(data):
    return data.hex() or "-"


def emit(*fields):
    lines.append(" ".join(text(f) if isinstance(f, bytes) else str(f) for f in fields) + "\n")


for length in [0, 1, 3, 55, 56, 63, 64, 65, 119, 200]:
    data = rng.randbytes(length)
    emit("sha256", data, hashlib.sha256(data).digest())
for key_length in [0, 1, 20, 63, 64, 65, 131]:
    for length in [0, 1, 64, 152]:
        key, data = rng.randbytes(key_length), rng.randbytes(length)
        emit("hmac", key, data, hmac.new(key, data, hashlib.sha256).digest())
for password_length, salt_length, rounds, length in [
    (0, 8, 1, 32), (8, 0, 2, 20), (8, 8, 4096, 32), (24, 36, 1000, 40), (9, 5, 3, 64), (80, 32, 262, 32), (3, 32, 10, 1),
]:
    password, salt = rng.randbytes(password_length), rng.randbytes(salt_length)
    emit("pbkdf2", password, salt, rounds, length, hashlib.pbkdf2_hmac("sha256", password, salt, rounds, length))
for password_length, salt_length, cost, r, p, length in [
    (0, 0, 16, 1, 1, 64), (8, 4, 1024, 8, 16, 64), (14, 14, 4096, 8, 6, 32), (12, 32, 2, 1, 1, 32), (12, 32, 64, 3, 5, 10),
]:
    password, salt = rng.randbytes(password_length), rng.randbytes(salt_length)
    key = hashlib.scrypt(password, salt=salt, n=cost, r=r, p=p, dklen=length, maxmem=1 << 28)
    emit("scrypt", password, salt, cost, r, p, length, key)
for length in [0, 1, 15, 16, 17, 32, 33, 100]:
    key, block, data = rng.randbytes(16), rng.randbytes(16), rng.randbytes(length)
    counter = Counter.new(128, initial_value=int.from_bytes(block, "big"))
    emit("aes128ctr", key, block, data, AES.new(key, AES.MODE_CTR, counter=counter).encrypt(data))
key, data = rng.randbytes(16), rng.randbytes(70)  # the counter wraps from 2^128 - 1 to 0
sealed = b""
ecb = AES.new(key, AES.MODE_ECB)
for index in range(5):
    stream = ecb.encrypt(((2**128 - 2 + index) % 2**128).to_bytes(16, "big"))
    sealed += bytes(a ^ b for a, b in zip(data[16 * index :], stream))
emit("aes128ctr", key, (2**128 - 2).to_bytes(16, "big"), data, sealed)

scalars = [1, 2, n - 1, n - 2, n // 2] + [rng.randrange(1, n) for _ in range(35)]
for scalar in scalars:
    digest = rng.choice([rng.randbytes(32), rng.randbytes(32), b"\x00" * 32, b"\xff" * 32])
    key = SigningKey.from_secret_exponent(scalar, SECP256k1)
    r, s = key.sign_digest_deterministic(digest, hashfunc=hashlib.sha256, sigencode=sigencode_strings)
    s_int = int.from_bytes(s, "big")
    s = min(s_int, n - s_int).to_bytes(32, "big")
    emit("sign", scalar.to_bytes(32, "big"), key.verifying_key.to_string(), digest, r, s)
Path(__file__).with_name("primitives.txt").write_text("".join(lines))
