"""Makes Tests/Vectors/uniswap/{v2,v3,routers}.json by running genuine Uniswap bytecode in revm.

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

    def deploy(self, name, types=(), args=(), patch=None):
        code = json.loads((ABI / f"{name}.json").read_text())["bytecode"]
        code = code if isinstance(code, str) else code["object"]
        for old, new in (patch or {}).items():
            assert old in code
            code = code.replace(old, new)
        return self.evm.deploy(ME, bytes.fromhex(code.removeprefix("0x")) + encode(types, args))

    def call(self, to, signature, *args, outs=(), value=0):
        """Runs a call; returns its decoded answer. The logs of the last call are in self.logs."""
        return self.run(to, calldata(signature, *args), outs, value)

    def run(self, to, data, outs=(), value=0):
        raw = self.evm.message_call(ME, to, calldata=data, gas=30_000_000, value=value)
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


def calldata(signature, *args):
    types = signature[signature.index("(") + 1 : -1]
    parts, depth, word = [], 0, ""
    for c in types + ",":
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts += [word] if word else []
            word = ""
        else:
            word += c
    return keccak(signature.encode())[:4] + encode(parts, args)


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


NOW = 1_700_000_000
V2_HASHES = ["e18a34eb0e04b04f7a0ac29a6e80748dca96319b42c54d679cb821dca90c6303", "96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"]
SINGLE = "(address,address,uint24,address,uint256,uint256,uint256,uint160)"
SINGLE02 = "(address,address,uint24,address,uint256,uint256,uint160)"


class Routers:
    """Random transactions through Router02, SwapRouter and SwapRouter02 over a small market."""

    def __init__(self, chain):
        self.c = c = chain
        c.evm.set_block_env(pyrevm.BlockEnv(timestamp=NOW, number=7))
        self.weth = addr(c.deploy("aave_v2/WETH9"))
        self.tokens = tokens(c) + [self.weth]
        c.call(self.weth, "deposit()", value=10**26)
        f2 = self.f2 = addr(c.deploy("sushi/UniswapV2Factory", ["address"], [ME]))
        self.hash2 = c.call(f2, "pairCodeHash()", outs=["bytes32"])[0].hex()
        self.f3 = addr(c.deploy("uniswap_v3/UniswapV3Factory"))
        zero = "0x" + "00" * 20
        npm = addr(c.deploy("uniswap_v3/NonfungiblePositionManager", ["address"] * 3, [self.f3, self.weth, zero]))
        self.router2 = addr(c.deploy("sushi/UniswapV2Router02", ["address"] * 2, [f2, self.weth], {V2_HASHES[0]: self.hash2}))
        self.router3 = addr(c.deploy("uniswap_v3/SwapRouter", ["address"] * 2, [self.f3, self.weth]))
        self.router02 = addr(c.deploy("uniswap-swap-contracts/SwapRouter02", ["address"] * 4, [f2, self.f3, npm, self.weth], {V2_HASHES[1]: self.hash2}))
        for token in self.tokens:
            for spender in (npm, self.router2, self.router3, self.router02):
                c.call(token, "approve(address,uint256)", spender, 2**256 - 1)
        self.logs, self.pairs, self.pools = [], {}, {}
        self.fees = (500, 3000)
        names = [(0, 1), (0, 2), (1, 2)]
        for i, j in names:
            t = sorted((self.tokens[i], self.tokens[j]), key=lambda a: int(a, 16))
            c.call(f2, "createPair(address,address)", *t)
            self.keep(f2)
            pair = addr(c.call(f2, "getPair(address,address)", *t, outs=["address"])[0])
            for token in t:
                c.call(token, "transfer(address,uint256)", pair, random.randint(10**21, 10**22))
            c.call(pair, "mint(address)", ME)
            self.keep(pair)
            self.pairs[tuple(t)] = pair
            for fee in self.fees:
                c.call(self.f3, "createPool(address,address,uint24)", *t, fee)
                self.keep(self.f3)
                pool = addr(c.call(self.f3, "getPool(address,address,uint24)", *t, fee, outs=["address"])[0])
                c.call(pool, "initialize(uint160)", int(random.uniform(0.6, 1.6) * 2**96))
                self.keep(pool)
                for width in (600, 6000, 60000):
                    args = (*t, fee, -width * 2, width, 10**21, 10**21, 0, 0, ME, FAR)
                    c.call(npm, "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))", args)
                    self.keep(pool)
                self.pools[tuple(t) + (fee,)] = pool

    def keep(self, *contracts):
        self.logs += [l for l in self.c.logs if l[0] in contracts]

    def state(self):
        s = {}
        for pair in self.pairs.values():
            s[pair] = [str(x) for x in self.c.call(pair, "getReserves()", outs=["uint112", "uint112", "uint32"])[:2]]
        for pool in self.pools.values():
            p, t, *_ = self.c.call(pool, "slot0()", outs=["uint160", "int24", "uint16", "uint16", "uint16", "uint8", "bool"])
            s[pool] = [str(p), t, str(self.c.call(pool, "liquidity()", outs=["uint128"])[0])]
        return s

    def path(self, first=None, last=None):
        while True:
            p = random.sample(self.tokens, random.choice([2, 2, 3]))
            if random.random() < 0.05:
                p = p[:2] + [p[0]]
            if (first is None or p[0] == first) and (last is None or p[-1] == last):
                return p

    def packed(self, tokens_):
        out = bytes.fromhex(tokens_[0][2:])
        for t in tokens_[1:]:
            out += random.choice(self.fees).to_bytes(3, "big") + bytes.fromhex(t[2:])
        return out

    def amounts(self):
        amount = int(10 ** random.uniform(3, 21.5))
        tight = random.random() < 0.3
        return amount, (int(amount * random.uniform(0.5, 1.5)) if tight else 0), (int(amount * random.uniform(0.5, 3)) if tight else 2**255)

    def v2_call(self):
        amount, least, most = self.amounts()
        deadline = NOW - 1 if random.random() < 0.05 else NOW + random.choice([0, 100])
        k, w = random.randrange(9), self.weth
        four = "(uint256,uint256,address[],address,uint256)"
        three = "(uint256,address[],address,uint256)"
        fee = "SupportingFeeOnTransferTokens"
        if k == 0: return self.router2, calldata("swapExactTokensForTokens" + four, amount, least, self.path(), ME, deadline), 0
        if k == 1: return self.router2, calldata("swapTokensForExactTokens" + four, amount, most, self.path(), ME, deadline), 0
        if k == 2: return self.router2, calldata("swapExactETHForTokens" + three, least, self.path(w), ME, deadline), amount
        if k == 3: return self.router2, calldata("swapTokensForExactETH" + four, amount, most, self.path(last=w), ME, deadline), 0
        if k == 4: return self.router2, calldata("swapExactTokensForETH" + four, amount, least, self.path(last=w), ME, deadline), 0
        if k == 5: return self.router2, calldata("swapETHForExactTokens" + three, amount, self.path(w), ME, deadline), int(amount * random.uniform(0.5, 4))
        if k == 6: return self.router2, calldata("swapExactTokensForTokens" + fee + four, amount, least, self.path(), ME, deadline), 0
        if k == 7: return self.router2, calldata("swapExactETHForTokens" + fee + three, least, self.path(w), ME, deadline), amount
        return self.router2, calldata("swapExactTokensForETH" + fee + four, amount, least, self.path(last=w), ME, deadline), 0

    def limit(self, tokens_, fee):
        if random.random() < 0.7:
            return 0
        t = tuple(sorted(tokens_, key=lambda a: int(a, 16)))
        p, *_ = self.c.call(self.pools[t + (fee,)], "slot0()", outs=["uint160", "int24", "uint16", "uint16", "uint16", "uint8", "bool"])
        return int(p * (random.uniform(0.9, 1.001) if tokens_[0] == t[0] else random.uniform(0.999, 1.1)))

    def v3_call(self):
        amount, least, most = self.amounts()
        deadline = NOW - 1 if random.random() < 0.05 else NOW
        k, p = random.randrange(5), self.path()
        two, fee = p[:2], random.choice(self.fees)
        if k == 0: return self.router3, calldata(f"exactInputSingle({SINGLE})", (*two, fee, ME, deadline, amount, least, self.limit(two, fee))), 0
        if k == 1: return self.router3, calldata("exactInput((bytes,address,uint256,uint256,uint256))", (self.packed(p), ME, deadline, amount, least)), 0
        if k == 2: return self.router3, calldata(f"exactOutputSingle({SINGLE})", (*two, fee, ME, deadline, amount, most, self.limit(two, fee))), 0
        if k == 3: return self.router3, calldata("exactOutput((bytes,address,uint256,uint256,uint256))", (self.packed(p[::-1]), ME, deadline, amount, most)), 0
        # native in, wrapped by the router; output unwrapped or swept by a second call
        to = random.choice(self.tokens[:2])
        zero = "0x" + "00" * 20
        inner = [calldata(f"exactInputSingle({SINGLE})", (self.weth, to, fee, zero, deadline, amount, 0, 0)), calldata("sweepToken(address,uint256,address)", to, least, ME), calldata("refundETH()")]
        return self.router3, calldata("multicall(bytes[])", inner), amount

    def v02_call(self):
        amount, least, most = self.amounts()
        this, sender = "0x" + "00" * 19 + "02", "0x" + "00" * 19 + "01"
        k, p = random.randrange(7), self.path()
        two, fee = p[:2], random.choice(self.fees)
        if k == 0: data = calldata(f"exactInputSingle({SINGLE02})", (*two, fee, sender, amount, least, self.limit(two, fee)))
        elif k == 1: data = calldata("exactInput((bytes,address,uint256,uint256))", (self.packed(p), ME, amount, least))
        elif k == 2: data = calldata(f"exactOutputSingle({SINGLE02})", (*two, fee, ME, amount, most, self.limit(two, fee)))
        elif k == 3: data = calldata("exactOutput((bytes,address,uint256,uint256))", (self.packed(p[::-1]), ME, amount, most))
        elif k == 4: data = calldata("swapExactTokensForTokens(uint256,uint256,address[],address)", amount, least, p, ME)
        elif k == 5: data = calldata("swapTokensForExactTokens(uint256,uint256,address[],address)", amount, most, p, ME)
        else:
            a, b, d = random.sample(self.tokens, 3)  # V3 into the router, then V2 with "all that it holds"
            inner = [calldata(f"exactInputSingle({SINGLE02})", (a, b, fee, this, amount, 0, 0)), calldata("swapExactTokensForTokens(uint256,uint256,address[],address)", 0, least, [b, d], sender)]
            if d == self.weth and random.random() < 0.5:
                inner[1] = calldata("swapExactTokensForTokens(uint256,uint256,address[],address)", 0, 0, [b, d], this)
                inner.append(calldata("unwrapWETH9(uint256)", least))
            return self.router02, calldata("multicall(bytes[])", inner), 0
        if random.random() < 0.4:
            deadline = NOW - 1 if random.random() < 0.1 else NOW + 5
            data = calldata("multicall(uint256,bytes[])", deadline, [data])
        return self.router02, data, 0

    def transactions(self, count):
        out = []
        before = self.state()
        for _ in range(count):
            to, data, value = random.choice([self.v2_call, self.v3_call, self.v02_call])()
            try:
                self.c.run(to, data, value=value)
                logs = [l for l in self.c.logs if l[0] in before]
                reverted = False
            except RuntimeError:
                logs, reverted = [], True
            after = self.state()
            assert not reverted or before == after
            out.append({"op": "tx", "to": to, "value": str(value), "data": "0x" + data.hex(), "reverted": reverted, "changed": {a: s for a, s in after.items() if s != before[a]}, "logs": [l for l in logs if l[1][0] in QUOTED]})
            before = after
        return out


QUOTED = {"0x" + keccak(s.encode()).hex() for s in ("Sync(uint112,uint112)", "Swap(address,address,int256,int256,uint160,uint128,int24)")}


def routers(chain):
    r = Routers(chain)
    txs = r.transactions(240)
    v3_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
    return {"sender": ME, "timestamp": NOW, "wrappedNative": r.weth, "v2": {"factory": r.f2, "initCodeHash": "0x" + r.hash2}, "v3": {"factory": r.f3, "initCodeHash": v3_hash},
            "router02v2": r.router2, "swapRouter": r.router3, "swapRouter02": r.router02, "logs": r.logs, "transactions": txs}


def write(path, value):
    text = json.dumps(value, separators=(",", ":")).replace('{"zeroForOne', '\n{"zeroForOne').replace('{"op', '\n{"op')
    path.write_text(text + "\n")
    print(path.name, len(text), "bytes")


out = pathlib.Path(sys.argv[1])
chain = Chain()
write(out / "v2.json", v2(chain))
write(out / "v3.json", v3(chain))
write(out / "routers.json", routers(chain))
