"""Random cases: a state of a few contracts, a block, and one to four signed transactions. The same seed gives the same case."""
import random

from coincurve import PrivateKey
from ethereum.crypto.hash import keccak256
from ethereum_rlp import rlp

import oracle
from oracle import ORDER
from programs import SELECTORS, creation_code, interesting, program

WEIGHTS = dict(frontier=2, homestead=2, tangerineWhistle=2, spuriousDragon=2, byzantium=3, petersburg=3, istanbul=4, berlin=6,
               london=6, paris=6, shanghai=8, cancun=20, prague=18, osaka=22)
KEYS = [PrivateKey(bytes(31) + bytes([i])) for i in (1, 2, 3, 4)]
SENDERS = [keccak256(key.public_key.format(compressed=False)[1:])[12:] for key in KEYS]
ETHER = 10**18


def quantity(value):
    return hex(value)


def text(some):
    return "0x" + bytes(some).hex()


class World:
    """What programs may know: the fork's rank and the addresses that are worth calling."""

    def __init__(self, r, fork):
        self.fork, self.rank = fork, ORDER.index(fork)
        self.contracts = [b"\xc0" + bytes(17) + bytes([r.randrange(256), i + 1]) for i in range(r.randint(3, 6))]
        self.plain, self.missing = b"\xea" + bytes(18) + b"\x01", b"\xdd" + bytes(19)
        precompiles = [n.to_bytes(20, "big") for n in (1, 2, 3, 4, 5, 9)] + [r.choice([6, 7, 10, 11, 18, 256]).to_bytes(20, "big")]
        self.coinbase = r.choice([b"\xfe" * 20, b"\xfe" * 20, self.contracts[0], SENDERS[0], bytes(19) + b"\x04", self.missing])
        self.addresses = self.contracts * 4 + [self.plain, self.missing, self.coinbase, SENDERS[0], SENDERS[1]] + precompiles


def make_pre(r, world):
    pre = {}
    for index, address in enumerate(world.contracts):
        code = program(r, world)
        if world.rank >= ORDER.index("prague") and r.random() < 0.06:
            code = b"\xef\x01\x00" + r.choice(world.addresses)
        slots = {}
        if code:
            for slot in r.sample([0, 1, 2, 3, 4, 5, 1 << 128, (1 << 256) - 1], r.randint(0, 5)):
                slots[quantity(slot)] = quantity(interesting(r) or 1)
        pre[text(address)] = dict(nonce=quantity(r.choice([1, 1, 1, 5, (1 << 64) - 2, (1 << 64) - 1] if r.random() < 0.1 else [1])),
                                  balance=quantity(r.choice([0, 0, 1, 1000, ETHER])), code=text(code), storage=slots)
    for index, sender in enumerate(SENDERS):
        if index < 2 or r.random() < 0.7:
            balance = 1000 * ETHER if r.random() < 0.985 else r.choice([0, 1, 10**14])
            pre[text(sender)] = dict(nonce=quantity(r.choice([0, 0, 1, 7])), balance=quantity(balance), code="0x", storage={})
            if index >= 2 and world.rank >= ORDER.index("prague") and r.random() < 0.4:
                pre[text(sender)]["code"] = text(b"\xef\x01\x00" + r.choice(world.addresses))
            if int(pre[text(sender)]["nonce"], 16) == 0 and balance == 0:
                pre[text(sender)]["balance"] = "0x1"
    pre[text(world.plain)] = dict(nonce="0x0", balance=quantity(r.choice([1, ETHER])), code="0x", storage={})
    if r.random() < 0.1 and text(world.coinbase) not in pre and world.rank < ORDER.index("spuriousDragon"):
        pre[text(world.coinbase)] = dict(nonce="0x0", balance="0x0", code="0x", storage={})
    return pre


def make_env(r, world):
    env = dict(number=quantity(r.choice([1, 2, 100, 257, 1000, 20_000_000])), time=quantity(r.choice([1000, 1_750_000_000])),
               coinbase=text(world.coinbase), gasLimit=quantity(r.choice([30_000_000] * 8 + [400_000, 36_000_000])),
               baseFee=quantity(r.choice([7, 7, 1000, 10**9, 0]) if world.rank >= ORDER.index("london") else 0),
               difficulty=quantity(r.choice([0x20000, r.getrandbits(256)]) if world.rank >= ORDER.index("paris") else 0x20000))
    if world.fork in oracle.BLOBS:
        excess = r.choice([0, 0, 786432, 10_000_000, 40_000_000])
        env |= dict(excessBlobGas=quantity(excess), blobBaseFee=quantity(oracle.blob_base_fee(world.fork, excess)),
                    blobGasLimit=quantity(oracle.BLOBS[world.fork] << 17))
    return env


# MARK: Transactions

def sign(key, digest):
    signature = key.sign_recoverable(digest, hasher=None)
    return signature[64], int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")


def trimmed(value):
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def seal(key, kind, fields, protected):
    if kind == 0:
        parity, a, b = sign(key, keccak256(rlp.encode(fields + ([trimmed(1), b"", b""] if protected else []))))
        return rlp.encode(fields + [trimmed(parity + (37 if protected else 27)), trimmed(a), trimmed(b)])
    head = bytes([kind])
    parity, a, b = sign(key, keccak256(head + rlp.encode(fields)))
    return head + rlp.encode(fields + [trimmed(parity), trimmed(a), trimmed(b)])


def make_authorization(r, world, nonces):
    index = r.randrange(len(KEYS))
    chain = r.choice([0, 1, 1, 1, 1, 2])
    target = r.choice(world.addresses + [bytes(20)] * 3)
    nonce = nonces.get(index, 0) if r.random() < 0.85 else r.choice([0, 1, 2, (1 << 64) - 1])
    digest = keccak256(b"\x05" + rlp.encode([trimmed(chain), target, trimmed(nonce)]))
    parity, a, b = sign(KEYS[index], digest)
    if r.random() < 0.05:
        parity, b = r.choice([(parity, b + 1), (2, b), (1 - parity, b)])
    elif nonce == nonces.get(index, 0) and chain in (0, 1):
        nonces[index] = nonce + 1
    return [trimmed(chain), target, trimmed(nonce), trimmed(parity), trimmed(a), trimmed(b)]


def make_calldata(r):
    pick = r.random()
    if pick < 0.25:
        return b""
    if pick < 0.75:
        data = r.choice(SELECTORS).to_bytes(4, "big")
        return data + b"".join(interesting(r).to_bytes(32, "big") for _ in range(r.randint(0, 3)))
    if pick < 0.8:
        return bytes(r.randint(0, 4000))
    return r.randbytes(r.randint(0, 150))


def make_transaction(r, world, env, nonces):
    at_least = lambda name: world.rank >= ORDER.index(name)
    kinds = [0, 0] + ([1] if at_least("berlin") else []) + ([2, 2] if at_least("london") else []) \
        + ([3] if at_least("cancun") else []) + ([4, 4] if at_least("prague") else [])
    kind = r.choice(kinds) if r.random() < 0.995 else r.randrange(5)
    who = 0 if r.random() < 0.75 else r.choice(list(nonces)) if r.random() < 0.95 else r.randrange(len(KEYS))
    nonce = nonces.get(who, 0)
    if r.random() < 0.015:
        nonce += r.choice([1, 2])
    creates = kind < 3 and r.random() < 0.1
    to = b"" if creates else r.choice(world.contracts[:2] * 3 + world.contracts + world.addresses[-12:])
    payload = creation_code(r, world, 0) if creates else make_calldata(r)
    gas = r.choice([60_000, 100_000, 150_000, 250_000, 400_000]) if r.random() < 0.95 else r.choice([20_999, 21_000, 30_000, 1_000_000, 1 << 24, (1 << 24) + 1])
    gas += r.randrange(5000) + 16 * len(payload) + (32000 if creates else 0)
    if gas > 30_000_000:
        gas = 30_000_000
    value = r.choice([0, 0, 0, 1, 1000, ETHER]) if r.random() < 0.99 else r.choice([10**22, (1 << 256) - 1])
    base = int(env["baseFee"], 16)
    price = base + r.choice([0, 1, 10, 10**9]) - (1 if base and r.random() < 0.01 else 0)
    access = [[r.choice(world.addresses), [r.choice([0, 1, 2, 3]).to_bytes(32, "big") for _ in range(r.randint(0, 3))]]
              for _ in range(r.choice([0, 1, 2, 4]))]
    gas += sum(2400 + 1900 * len(keys) for _, keys in access) if kind else 0
    fees = [trimmed(min(price, r.choice([0, 1, 5])) if r.random() < 0.985 else price + 7), trimmed(price + r.choice([0, 5]))]
    if kind == 0:
        fields = [trimmed(nonce), trimmed(price), trimmed(gas), to, trimmed(value), payload]
    elif kind == 1:
        fields = [trimmed(1), trimmed(nonce), trimmed(price), trimmed(gas), to, trimmed(value), payload, access]
    else:
        fields = [trimmed(1), trimmed(nonce), *fees, trimmed(gas), to, trimmed(value), payload, access]
    if kind == 3:
        blob_price = int(env.get("blobBaseFee", "0x1"), 16)
        blobs = [b"\x01" + r.randbytes(31) for _ in range(r.choice([1, 1, 2, 6]) if r.random() < 0.97 else r.choice([0, 7, 10]))]
        fields += [trimmed(blob_price + r.choice([0, 1]) if r.random() < 0.97 else blob_price // 2), blobs]
    if kind == 4:
        nonces[who] = nonces.get(who, 0) + 1  # counted up before the authorizations are looked at
        entries = [make_authorization(r, world, nonces) for _ in range(r.choice([1, 1, 2, 3]) if r.random() < 0.98 else 0)]
        fields[4] = trimmed(gas + 25_000 * len(entries))
        fields.append(entries)
    else:
        nonces[who] = nonces.get(who, 0) + 1
    return seal(KEYS[who], kind, fields, at_least("spuriousDragon") and r.random() < 0.9)


def make_case(seed):
    r = random.Random(seed)
    fork = r.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    world = World(r, fork)
    env, pre = make_env(r, world), make_pre(r, world)
    nonces = {i: int(pre[text(s)]["nonce"], 16) for i, s in enumerate(SENDERS) if text(s) in pre}
    txs = [make_transaction(r, world, env, nonces) for _ in range(r.choice([1, 1, 2, 3, 4]))]
    return dict(seed=seed, fork=fork, env=env, pre=pre, txs=[text(tx) for tx in txs])
