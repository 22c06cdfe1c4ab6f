"""Writes rules.txt: answers of the executable specification (EELS, PyPI `ethereum-execution`) about block rules.

Each line: a name, the arguments, the answer, all decimal; `-` where the specification has no answer that fits.
"""
import pathlib
import random
from importlib import import_module
from types import SimpleNamespace

from ethereum.forks.bpo2.vm import gas as bpo2
from ethereum.forks.cancun.vm import gas as cancun
from ethereum.forks.osaka import requests as osaka_requests
from ethereum.forks.osaka.fork import calculate_base_fee_per_gas
from ethereum.forks.osaka.vm import gas as osaka
from ethereum.forks.prague.vm import gas as prague
from ethereum.utils.numeric import taylor_exponential
from ethereum_types.numeric import U64, Uint

rng = random.Random(7918)
lines = ["# " + line for line in __doc__.strip().splitlines()]


def emit(name, *values):
    lines.append(" ".join([name] + [str(v) for v in values]))


def exponential(factor, numerator, denominator):
    value = int(taylor_exponential(Uint(factor), Uint(numerator), Uint(denominator)))
    emit("exponential", factor, numerator, denominator, min(value, 2**256 - 1))


for factor, numerator, denominator in [
    (1, 0, 1), (38493, 0, 1000), (0, 1234, 2345), (1, 2, 1), (1, 4, 2), (1, 3, 1), (1, 6, 2), (1, 4, 1), (1, 8, 2),
    (10, 8, 2), (11, 8, 2), (1, 5, 1), (1, 5, 2), (2, 5, 2), (1, 50000000, 2225652), (1, 380928, 2225652),
    (1, 2225652 * 177, 2225652), (1, 2225652 * 178, 2225652), (2**64 - 1, 127 * 2**57, 2**57), (1, 2**64 - 1, 2**60),
    (1, 177, 1), (7, 177, 1), (2**64 - 1, 1, 2**64 - 1), (2**64 - 1, 2**64 - 1, 2**64 - 1),
]:
    exponential(factor, numerator, denominator)
for _ in range(200):
    denominator = rng.choice([3338477, 5007716, 8346193, 11684671, rng.randrange(1, 2 ** rng.randrange(1, 64))])
    numerator = min(2**64 - 1, int(denominator * rng.choice([rng.random() * 5, rng.random() * 60, rng.random() * 180])))
    exponential(rng.choice([1, 1, 1, rng.randrange(2**64)]), numerator, denominator)

for _ in range(300):
    gas_limit = rng.randrange(5000, 2 ** rng.choice([14, 26, 40]))
    gas_used = rng.choice([gas_limit // 2, 0, gas_limit, rng.randrange(gas_limit + 1), gas_limit // 2 + 1])
    fee = rng.choice([0, 1, 7, 8, 9, 10**9, rng.randrange(2**40), rng.randrange(2**200)])
    answer = calculate_base_fee_per_gas(Uint(gas_limit), Uint(gas_limit), Uint(gas_used), Uint(fee))
    emit("basefee", fee, gas_limit, gas_used, answer)

for name, gas, blobs in [("cancun", cancun, 6), ("prague", prague, 9), ("osaka", osaka, 9), ("bpo2", bpo2, 21)]:
    header_type = import_module(f"ethereum.forks.{name}.blocks").Header
    for _ in range(120):
        used = rng.randrange(blobs + 1) * 2**17
        excess = rng.choice([0, rng.randrange(2**22), rng.randrange(2**27), rng.randrange(2**29)])
        fee = rng.choice([0, 1, rng.randrange(2**10), rng.randrange(2**34), rng.randrange(2**60)])
        parent = header_type.__new__(header_type)
        for key, value in [("excess_blob_gas", U64(excess)), ("blob_gas_used", U64(used)), ("base_fee_per_gas", Uint(fee))]:
            object.__setattr__(parent, key, value)
        emit("excess", name, excess, used, fee, gas.calculate_excess_blob_gas(parent))
        emit("blobfee", name, excess, gas.calculate_blob_gas_price(U64(excess)))

for _ in range(20):
    requests = [bytes([kind]) + rng.randbytes(rng.choice([1, 76, 116, 192, 384])) for kind in rng.sample([0, 1, 2], rng.randrange(4))]
    requests.sort(key=lambda r: r[0])
    digest = osaka_requests.compute_requests_hash(requests)
    emit("requests", digest.hex(), *[r.hex() for r in requests])

for name in ["frontier", "homestead", "spurious_dragon", "byzantium", "constantinople", "berlin", "london"]:
    fork = import_module(f"ethereum.forks.{name}.fork")
    state_module = import_module(f"ethereum.forks.{name}.state")
    for count in (0, 1, 2, 2):
        number = rng.randrange(100, 10**7)
        coinbase = state_module.Address(rng.randbytes(20))
        ommers = [(number - rng.randrange(1, 7), rng.choice([coinbase, state_module.Address(rng.randbytes(20))])) for _ in range(count)]
        state = state_module.State()
        fork.pay_rewards(
            state, Uint(number), coinbase, tuple(SimpleNamespace(number=Uint(n), coinbase=c) for n, c in ommers)
        )
        root = state_module.state_root(state)
        emit("reward", name, number, coinbase.hex(), root.hex(), *[f"{n} {c.hex()}" for n, c in ommers])

pathlib.Path(__file__).with_name("rules.txt").write_text("\n".join(lines) + "\n")
print(len(lines))
