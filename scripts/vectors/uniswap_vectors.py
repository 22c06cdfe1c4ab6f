"""Makes Tests/Vectors/uniswap/{v2,v3}.json by running genuine Uniswap bytecode in revm.

    python3 -m venv /tmp/v && /tmp/v/bin/pip install pyrevm==0.3.7 eth-abi 'eth-hash[pycryptodome]'
    /tmp/v/bin/pip install --no-deps web3-ethereum-defi==1.2
    /tmp/v/bin/python scripts/vectors/uniswap_vectors.py Tests/Vectors/uniswap

Every number is the contracts' own answer. Only numbers and logs are written, no contract code.
"""
import importlib.util, json, math, pathlib, random, sys

import pyrevm
from eth_abi import decode, encode
from eth_hash.auto import keccak

ABI = pathlib.Path(importlib.util.find_spec("eth_defi").submodule_search_locations[0]) / "abi"
ME = "0x00000000000000000000000000000000000a11ce"
FAR = 2**40
MIN_SQRT, MAX_SQRT = 4295128739, 1461446703485210103287273052203988822378723970342
random.seed(20261121)


class Chain:
    def __init__(self):
        self.evm = pyrevm.EVM()
        self.evm.set_balance(ME, 10**30)
        self.block = 1

    def deploy(self, name, types=(), args=()):
        code = json.loads((ABI / f"{name}.json").read_text())["bytecode"]
        code = code if isinstance(code, str) else code["object"]
        return self.evm.deploy(ME, bytes.fromhex(code.removeprefix("0x")) + encode(types, args))

    def call(self, to, signature, *args, outs=()):
        """Runs a call; returns its decoded answer. The logs of the last call are in self.logs."""
        types = signature[signature.index("(") + 1 : -1]
        parts, depth, word = [], 0, ""
        for c in types + ",":
            depth += (c == "(") - (c == ")")
            if c == "," and depth == 0:
                parts += [word] if word else []
                word = ""
            else:
                word += c
        data = keccak(signature.encode())[:4] + encode(parts, args)
        raw = self.evm.message_call(ME, to, calldata=data, gas=30_000_000)
        self.logs = [[l.address.lower(), [t if isinstance(t, str) else "0x" + bytes(t).hex() for t in l.topics], l.data] for l in self.evm.result.logs]
        self.logs = [[a, ts, "0x" + bytes(d[-1] if isinstance(d, tuple) else d).hex()] for a, ts, d in self.logs]
        return decode(outs, bytes(raw)) if outs else None

    def attempt(self, *args, **kwargs):
        """As call, but answers None where the contract reverts, and undoes it then."""
        try:
            return self.call(*args, **kwargs) or ()
        except RuntimeError:
            return None

    def refuses(self, *args):
        snapshot = self.evm.snapshot()
        refused = self.attempt(*args) is None
        if not refused:
            self.evm.revert(snapshot)
        return refused


def addr(x):
    return x.lower()


def tokens(chain):
    made = [addr(chain.deploy("ERC20MockDecimals", ["string", "string", "uint256", "uint8"], ["T", "T", 2**250, 18])) for _ in range(2)]
    return sorted(made, key=lambda a: int(a, 16))


def v2(chain):
    factory = addr(chain.deploy("sushi/UniswapV2Factory", ["address"], [ME]))
    (hash_,) = chain.call(factory, "pairCodeHash()", outs=["bytes32"])
    pairs = []
    for r0, r1 in [(10**21, 3 * 10**12), (5 * 10**9, 10**27), (7 * 10**18, 11 * 10**18), (2**111, 2**110)]:
        t = tokens(chain)
        chain.call(factory, "createPair(address,address)", *t)
        created = [l for l in chain.logs if l[0] == factory]
        pair = addr(chain.call(factory, "getPair(address,address)", *t, outs=["address"])[0])
        for token, amount in zip(t, (r0, r1)):
            chain.call(token, "transfer(address,uint256)", pair, amount)
        chain.call(pair, "mint(address)", ME)
        steps = [{"logs": created + [l for l in chain.logs if l[0] == pair]}]
        r = [r0, r1]
        for n in range(40):
            z = random.random() < 0.5
            i, o = (0, 1) if z else (1, 0)
            exact_in = random.random() < 0.6
            if exact_in:
                amount_in = max(1, int(r[i] * 10 ** random.uniform(-9, 0.3)))
                if random.random() < 0.1:
                    amount_in = random.randint(1, 3)
                if r[i] + amount_in >= 2**112:
                    amount_in = 2**112 - 1 - r[i] if random.random() < 0.3 else r[i] // 1000
                amount_out = amount_in * 997 * r[o] // (r[i] * 1000 + amount_in * 997)
                if amount_out == 0:
                    continue
            else:
                amount_out = max(1, int(r[o] * 10 ** random.uniform(-9, -0.2)))
                amount_in = r[i] * amount_out * 1000 // ((r[o] - amount_out) * 997) + 1
                if r[i] + amount_in >= 2**112:
                    continue
            outs = lambda x: (0, x) if z else (x, 0)
            snapshot = chain.evm.snapshot()
            chain.call(t[i], "transfer(address,uint256)", pair, amount_in)
            swap = "swap(uint256,uint256,address,bytes)"
            assert chain.refuses(pair, swap, *outs(amount_out + 1), ME, b"") or not exact_in
            if not exact_in:  # one unit less must not do
                chain.evm.revert(snapshot)
                snapshot = chain.evm.snapshot()
                chain.call(t[i], "transfer(address,uint256)", pair, amount_in - 1)
                least = chain.refuses(pair, swap, *outs(amount_out), ME, b"")
                chain.evm.revert(snapshot)
                chain.call(t[i], "transfer(address,uint256)", pair, amount_in)
            chain.call(pair, swap, *outs(amount_out), ME, b"")
            logs = [l for l in chain.logs if l[0] == pair]
            a, b, _ = chain.call(pair, "getReserves()", outs=["uint112", "uint112", "uint32"])
            r = [a, b]
            steps.append({"zeroForOne": z, "exactIn": exact_in, "amountIn": str(amount_in), "amountOut": str(amount_out), "isLeast": exact_in or least, "reserve0": str(a), "reserve1": str(b), "logs": logs})
        pairs.append({"token0": t[0], "token1": t[1], "pair": pair, "feePips": 3000, "steps": steps})
    return {"factory": factory, "initCodeHash": "0x" + hash_.hex(), "pairs": pairs}


def v3(chain):
    zero = "0x" + "00" * 20
    factory = addr(chain.deploy("uniswap_v3/UniswapV3Factory"))
    chain.call(factory, "enableFeeAmount(uint24,int24)", 100, 1)
    npm = addr(chain.deploy("uniswap_v3/NonfungiblePositionManager", ["address"] * 3, [factory, zero, zero]))
    router = addr(chain.deploy("uniswap_v3/SwapRouter", ["address"] * 2, [factory, zero]))
    pools = []
    for fee, spacing, start in [(500, 10, -200_123), (3000, 60, 7), (10000, 200, 100_050), (100, 1, -3), (3000, 60, -879_000)]:
        t = tokens(chain)
        for token in t:
            for spender in (npm, router):
                chain.call(token, "approve(address,uint256)", spender, 2**256 - 1)
        chain.call(factory, "createPool(address,address,uint24)", *t, fee)
        created = [l for l in chain.logs if l[0] == factory]
        pool = addr(chain.call(factory, "getPool(address,address,uint24)", *t, fee, outs=["address"])[0])
        chain.call(pool, "initialize(uint160)", int(math.exp(start / 2 * math.log(1.0001)) * 2**96))
        steps = [{"logs": created + [l for l in chain.logs if l[0] == pool]}]
        positions, used = [], set()

        def state():
            s = chain.call(pool, "slot0()", outs=["uint160", "int24", "uint16", "uint16", "uint16", "uint8", "bool"])
            (l,) = chain.call(pool, "liquidity()", outs=["uint128"])
            return s[0], s[1], l

        def mint():
            _, tick, _ = state()
            width = random.choice([1, 3, 20, 300, 3000])
            low = (tick // spacing + random.randint(-width, width // 2)) * spacing
            high = low + random.randint(1, 2 * width) * spacing
            edge = 887272 // spacing * spacing
            if random.random() < 0.15:
                low, high = -edge, edge
            low, high = max(low, -edge), min(high, edge)
            if low >= high:
                return
            want = int(10 ** random.uniform(12, 24))
            args = (*t, fee, low, high, want, want, 0, 0, ME, FAR)
            out = chain.attempt(npm, "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))", args, outs=["uint256", "uint128", "uint256", "uint256"])
            if not out:
                return
            positions.append([out[0], out[1]])
            used.update((low, high))
            finish({"op": "mint"}, chain.logs)

        def burn():
            if len(positions) < 3:
                return
            p = random.choice(positions)
            part = p[1] if random.random() < 0.5 else random.randint(1, p[1])
            logs = []
            if chain.attempt(npm, "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))", (p[0], part, 0, 0, FAR), outs=["uint256", "uint256"]) is None:
                return
            logs += chain.logs
            chain.attempt(npm, "collect((uint256,address,uint128,uint128))", (p[0], ME, 2**128 - 1, 2**128 - 1))
            logs += chain.logs
            p[1] -= part
            if p[1] == 0:
                positions.remove(p)
            finish({"op": "burn"}, logs)

        def swap():
            price, tick, _ = state()
            z, exact_in = random.random() < 0.5, random.random() < 0.6
            amount = int(10 ** random.uniform(0, 25)) if random.random() < 0.8 else random.randint(1, 1000)
            limit = 0
            if random.random() < 0.25:
                limit = int(price * random.uniform(0.7, 0.99999) if z else price * random.uniform(1.00001, 1.4))
                limit = min(max(limit, MIN_SQRT + 1), MAX_SQRT - 1)
            i, o = (t[0], t[1]) if z else (t[1], t[0])
            step = {"op": "swap", "zeroForOne": z, "exactIn": exact_in, "amount": str(amount), "limit": str(limit)}
            snapshot = chain.evm.snapshot()
            if exact_in:
                out = chain.attempt(router, "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))", (i, o, fee, ME, FAR, amount, 0, limit), outs=["uint256"])
            else:
                out = chain.attempt(router, "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))", (i, o, fee, ME, FAR, amount, 2**255, limit), outs=["uint256"])
            logs = chain.logs if out else []
            event = [l for l in logs if l[0] == pool]
            if not event:
                steps.append(step | {"reverted": True, "logs": []})
                return
            a0, a1, *_ = decode(["int256", "int256", "uint160", "uint128", "int24"], bytes.fromhex(event[-1][2][2:]))
            step |= {"amountIn": str(a0 if z else a1), "amountOut": str(-(a1 if z else a0))}
            # A pool that ran dry would end the walk: look at the answer, then go back.
            s = state()
            if (not MIN_SQRT * 1.01 < s[0] < MAX_SQRT * 0.99) or s[2] == 0:
                steps.append(step | {"undone": True, "price": str(s[0]), "tick": s[1], "liquidity": str(s[2]), "logs": []})
                chain.evm.revert(snapshot)
                return
            finish(step, logs)

        def finish(step, logs):
            price, tick, liquidity = state()
            steps.append(step | {"price": str(price), "tick": tick, "liquidity": str(liquidity), "logs": [l for l in logs if l[0] == pool]})

        while len(positions) < 6:
            mint()
        for _ in range(60):
            random.choices([mint, burn, swap], [1, 1, 4])[0]()
        ticks = []
        for x in sorted(used):
            g, n, *_ = chain.call(pool, "ticks(int24)", x, outs=["uint128", "int128", "uint256", "uint256", "int56", "uint160", "uint32", "bool"])
            if g:
                ticks.append([x, str(g), str(n)])
        pools.append({"token0": t[0], "token1": t[1], "pool": pool, "feePips": fee, "tickSpacing": spacing, "steps": steps, "ticks": ticks})
    return {"factory": factory, "initCodeHash": "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54", "pools": pools}


def write(path, value):
    text = json.dumps(value, separators=(",", ":")).replace('{"zeroForOne', '\n{"zeroForOne').replace('{"op', '\n{"op')
    path.write_text(text + "\n")
    print(path.name, len(text), "bytes")


out = pathlib.Path(sys.argv[1])
chain = Chain()
write(out / "v2.json", v2(chain))
write(out / "v3.json", v3(chain))
