"""The V3-shaped pool against Python integers, and with its routers against genuine Uniswap V3 bytecode."""

import math
import random

import pytest
from bench import FAR, MAX, ME, Bench, Reverted, blueprint, create2, fee_salt, market_code
from chain import call_data, compiled, library
from eth_utils import keccak
from uniswap_model import MAX_SQRT, MIN_SQRT, PoolModel, sqrt_at, tick_at

OTHER = "0x" + "77" * 20
ZERO = "0x" + "00" * 20
SLOT0 = ["uint160", "int24", "uint16", "uint16", "uint16", "uint8", "bool"]
TICK = ["uint128", "int128", "uint256", "uint256", "int56", "uint160", "uint32", "bool"]


def market(bench, weth):
    """Our factory, position manager and routers."""
    factory = bench.market("FactoryV3", ["address"], [bench.deploy(blueprint(market_code("PoolV3")))])
    bench.chain.act(factory, "enableFeeAmount(uint24,int24)", 100, 1)
    positions = bench.market("PositionManager", ["address"], [factory])
    router = bench.market("SwapRouter", ["address", "address"], [factory, weth])
    v2 = bench.market("FactoryV2", ["address", "uint256", "address"], [bench.deploy(blueprint(market_code("PairV2"))), 30, ME])
    router02 = bench.market("SwapRouter02", ["address"] * 4, [v2, factory, positions, weth])
    return factory, positions, router, router02


@pytest.fixture(scope="module")
def ours():
    bench = Bench()
    a, b = bench.tokens(2)
    factory, *_ = market(bench, bench.market("WETH"))
    payer = bench.deploy(compiled("tests/hostile/PoolCaller.vy"))
    for token in (a, b):
        bench.act(token, "transfer(address,uint256)", payer, 2**190)
    return bench, a, b, factory, payer


def test_swaps_equal_the_model(ours):
    """Random pools, positions and swaps: both directions, exact in and out, with and without a price limit."""
    bench, a, b, factory, payer = ours
    dice, swaps, crossings, mark = random.Random(5), 0, 0, bench.state.snapshot()
    for fee, spacing in [(500, 10), (3000, 60), (10000, 200), (100, 1)] * 5:
        bench.state.revert(mark)
        mark = bench.state.snapshot()
        pool = bench.act(factory, "createPool(address,address,uint24)", a, b, fee, outputs=["address"])
        assert int(pool, 16) == int(create2(factory, fee_salt(a, b, fee), market_code("PoolV3")), 16)
        price = int(sqrt_at(dice.randrange(-200_000, 200_000)) * dice.uniform(1, 1.00004))
        model = PoolModel(fee, spacing, price)
        bench.act(pool, "initialize(uint160)", price)
        held = []
        for _ in range(dice.randrange(2, 9)):
            width = dice.choice([1, 3, 10, 40, 400])
            lower = (model.tick // spacing + dice.randrange(-width, width + 1)) * spacing
            upper = lower + dice.randrange(1, 2 * width + 1) * spacing
            size = int(10 ** dice.uniform(10, 24))
            cost = bench.act(payer, "mint(address,int24,int24,uint128)", pool, lower, upper, size, outputs=["uint256"] * 2)
            assert cost == model.change(lower, upper, size)
            held.append((lower, upper, size))
        for step in range(20):
            down, kind = dice.random() < 0.5, dice.random()
            specified = int(10 ** dice.uniform(1, 24)) * dice.choice([1, -1])
            # Words without liquidity are walked one by one, so the limit is never far.
            near = 0.02 if kind < 0.5 else min(0.5, spacing / 100)
            limit = int(model.price * (1 - dice.uniform(0.0001, near) if down else 1 + dice.uniform(0.0001, near)))
            limit = max(MIN_SQRT + 1, min(limit, MAX_SQRT - 1))
            expected = model.swap(down, specified, limit)
            got = bench.act(payer, "swap(address,bool,int256,uint160)", pool, down, specified, limit, outputs=["int256"] * 2)
            assert got == expected, (fee, step, down, specified, limit)
            check(bench, pool, model)
            swaps, crossings = swaps + 1, crossings + model.crossed
            if step % 7 == 3 and len(held) > 1:
                lower, upper, size = held.pop(dice.randrange(len(held)))
                freed = bench.act(payer, "burn(address,int24,int24,uint128)", pool, lower, upper, size, outputs=["uint256"] * 2)
                assert freed == model.change(lower, upper, -size)
    assert swaps == 400 and crossings > 150, (swaps, crossings)


def check(bench, pool, model):
    price, tick, *rest = bench.view(pool, "slot0()", SLOT0)
    assert (price, tick, rest) == (model.price, model.tick, [0, 1, 1, 0, True])
    assert bench.view(pool, "liquidity()", ["uint128"]) == model.liquidity
    assert bench.view(pool, "feeGrowthGlobal0X128()", ["uint256"]) == model.growth[0]
    assert bench.view(pool, "feeGrowthGlobal1X128()", ["uint256"]) == model.growth[1]
    key = bytes.fromhex(pool[2:])
    assert bench.state.get_storage(key, 0) % 2**160 == price
    assert bench.state.get_storage(key, 0) >> 160 & (2**24 - 1) == tick % 2**24
    assert bench.state.get_storage(key, 4) == model.liquidity


class Pair:
    """The same V3 market twice on the same tokens: genuine bytecode and ours."""

    def __init__(self):
        self.bench = bench = Bench()
        self.weth = bench.market("WETH")
        self.tokens = bench.tokens(3)
        theirs = bench.deploy(library("uniswap_v3/UniswapV3Factory"))
        bench.chain.act(theirs, "enableFeeAmount(uint24,int24)", 100, 1)
        three = ["address"] * 3
        positions = bench.deploy(library("uniswap_v3/NonfungiblePositionManager"), three, [theirs, self.weth, ZERO])
        router = bench.deploy(library("uniswap_v3/SwapRouter"), three[:2], [theirs, self.weth])
        v2 = bench.deploy(library("sushi/UniswapV2Factory"), ["address"], [ME])
        router02 = bench.deploy(library("uniswap-swap-contracts/SwapRouter02"), ["address"] * 4, [v2, theirs, positions, self.weth])
        self.sides = [(theirs, positions, router, router02), market(bench, self.weth)]
        bench.state.set_balance(bytes.fromhex(ME[2:]), 10**30)
        bench.act(self.weth, "deposit()", value=10**27)
        for side in self.sides:
            for spender in side[1:]:
                for token in (*self.tokens, self.weth):
                    bench.act(token, "approve(address,uint256)", spender, MAX)
        self.refused = 0

    def both(self, index, signature, row, outputs, value=0):
        answers = []
        for side in self.sides:
            try:
                answers.append(self.bench.act(side[index], signature, *row, outputs=outputs, value=value))
            except Reverted:
                answers.append("reverted")
                self.refused += 1
        assert answers[0] == answers[1], (signature, row, answers)
        return answers[0]

    def pools(self, x, y, fee):
        return [self.bench.view(side[0], "getPool(address,address,uint24)", ["address"], x, y, fee) for side in self.sides]

    def compare(self, x, y, fee, ticks):
        for name, outputs in (("slot0()", SLOT0[:2]), ("liquidity()", ["uint128"]), ("tickSpacing()", ["int24"]), ("fee()", ["uint24"]),
                              ("feeGrowthGlobal0X128()", ["uint256"]), ("feeGrowthGlobal1X128()", ["uint256"]),
                              ("maxLiquidityPerTick()", ["uint128"]), ("token0()", ["address"]), ("token1()", ["address"])):  # fmt: skip
            one, two = (self.bench.view(pool, name, outputs) for pool in self.pools(x, y, fee))
            assert one == two, name
        spacing = {100: 1, 500: 10, 3000: 60, 10000: 200}[fee]
        for tick in ticks:
            one, two = (self.bench.view(pool, "ticks(int24)", TICK, tick) for pool in self.pools(x, y, fee))
            assert one[:4] == two[:4] and one[7] == two[7], tick
            word = tick // spacing >> 8
            one, two = (self.bench.view(pool, "tickBitmap(int16)", ["uint256"], word) for pool in self.pools(x, y, fee))
            assert one == two, word


def test_pools_and_routers_equal_genuine_bytecode():
    pair, dice, done = Pair(), random.Random(9), 0
    everything = sorted((*pair.tokens, pair.weth), key=lambda t: int(t, 16))
    pools = []
    for fee, spacing in ((500, 10), (3000, 60), (10000, 200)):
        for at in range(3):
            x, y = everything[at], everything[at + 1]
            start = dice.randrange(-60_000, 60_000)
            row = (x, y, fee, int(sqrt_at(start) * 1.00001))
            pair.both(1, "createAndInitializePoolIfNecessary(address,address,uint24,uint160)", row, [])
            ticks = set()
            for width in (600, 40, 4):
                lower = (start // spacing - dice.randrange(1, width)) * spacing
                upper = (start // spacing + 1 + dice.randrange(1, width)) * spacing
                row = (x, y, fee, lower, upper, int(10 ** dice.uniform(20, 24)), int(10 ** dice.uniform(20, 24)), 0, 0, ME, FAR)
                name = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
                pair.both(1, name, [row], ["uint256", "uint128", "uint256", "uint256"])
                ticks |= {lower, upper}
            pools.append((x, y, fee, ticks))
    for step in range(120):
        x, y, fee, ticks = dice.choice(pools)
        one, two = dice.sample([x, y], 2)
        amount, kind = int(10 ** dice.uniform(2, 20.2)), dice.random()
        value = amount if one == pair.weth and dice.random() < 0.5 else 0
        single = (one, two, fee, OTHER)
        hops = [v for v in pools if two in v[:2] and v is not (x, y, fee, ticks) and one not in v[:2]]
        path = packed(one, fee, two)
        longer = None
        if hops:
            more = dice.choice(hops)
            third = more[1] if more[0] == two else more[0]
            longer = path + more[2].to_bytes(3, "big") + bytes.fromhex(third[2:])
        if kind < 0.25:
            out = pair.both(2, "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
                            [(*single, FAR, amount, 0, 0)], ["uint256"], value)  # fmt: skip
        elif kind < 0.4:
            out = pair.both(2, "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
                            [(*single, FAR, amount, MAX, 0)], ["uint256"])  # fmt: skip
        elif kind < 0.55:
            out = pair.both(2, "exactInput((bytes,address,uint256,uint256,uint256))", [(longer or path, OTHER, FAR, amount, 0)], ["uint256"], value)
        elif kind < 0.7:
            out = pair.both(2, "exactOutput((bytes,address,uint256,uint256,uint256))",
                            [(flipped(longer or path), OTHER, FAR, amount, MAX)], ["uint256"])  # fmt: skip
        elif kind < 0.85:
            inner = call_data("exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))", (*single, amount, 0, 0))
            out = pair.both(3, "multicall(uint256,bytes[])", [FAR, [inner]], ["bytes[]"])
        else:
            out = pair.both(3, "exactOutput((bytes,address,uint256,uint256))", [(flipped(longer or path), OTHER, amount, MAX)], ["uint256"])
        done += out != "reverted"
        pair.compare(x, y, fee, ticks)
    assert done > 80, (done, pair.refused)


def packed(x, fee, y):
    return bytes.fromhex(x[2:]) + fee.to_bytes(3, "big") + bytes.fromhex(y[2:])


def flipped(path):
    hops = [path[20 + 23 * i : 43 + 23 * i] for i in range((len(path) - 20) // 23)]
    out, tokens = b"", [path[:20]] + [h[3:] for h in hops]
    for token, hop in zip(tokens[::-1], [h[:3] for h in hops[::-1]] + [b""]):
        out += token + hop
    return out


def test_positions_fees_and_collect_equal_genuine():
    """The same positions held directly, with fees, partial burns and collects."""
    pair, dice = Pair(), random.Random(21)
    bench, (a, b, _) = pair.bench, pair.tokens
    pair.both(1, "createAndInitializePoolIfNecessary(address,address,uint24,uint160)", (a, b, 3000, sqrt_at(77)), [])
    pools = pair.pools(a, b, 3000)
    code = compiled("tests/hostile/PoolCaller.vy")
    ranges = [(-600, 600), (-60, 120), (120, 240), (-6000, -120)]
    key = bytes.fromhex("88" * 20)
    caller = "0x" + key.hex()
    bench.state.set_code(key, runtime(bench, code))
    for token in (a, b):
        bench.act(token, "transfer(address,uint256)", caller, 10**40)

    def both(signature, *row, outputs=("uint256", "uint256")):
        answers = []
        for pool in pools:
            try:
                answers.append(bench.act(caller, signature, pool, *row, outputs=list(outputs)))
            except Reverted as refusal:
                answers.append(f"reverted: {refusal}")
        assert answers[0] == answers[1], (signature, row, answers)
        return answers[0]

    for round in range(60):
        lower, upper = dice.choice(ranges)
        kind = dice.random()
        size = int(10 ** dice.uniform(15, 22))
        if kind < 0.35:
            both("mint(address,int24,int24,uint128)", lower, upper, size)
        elif kind < 0.5:
            both("burn(address,int24,int24,uint128)", lower, upper, dice.choice([size, 0, size // 1000]))
        elif kind < 0.65:
            both("collect(address,int24,int24,uint128,uint128)", lower, upper, size, 2**128 - 1)
        else:
            down = dice.random() < 0.5
            limit = sqrt_at(-2000) if down else sqrt_at(2000)
            both("swap(address,bool,int256,uint160)", down, size * dice.choice([1, -1]), limit, outputs=("int256", "int256"))
        place = keccak(key + (lower % 2**24).to_bytes(3, "big") + (upper % 2**24).to_bytes(3, "big"))
        rows = ["uint128", "uint256", "uint256", "uint128", "uint128"]
        one, two = (bench.view(pool, "positions(bytes32)", rows, place) for pool in pools)
        assert one == two
        pair.compare(a, b, 3000, [t for r in ranges for t in r])
        one, two = (bench.balance(a, pool) for pool in pools)
        assert one == two


def runtime(bench, creation):
    """Runtime code of a contract without constructor arguments."""
    from eth.vm.message import Message

    state, target = bench.state, b"\x99" * 20
    message = Message(10_000_000, b"", target, 0, b"", creation, create_address=target)
    context = state.get_transaction_context_class()(gas_price=0, origin=target)
    return state.computation_class.apply_create_message(state, message, context).output


def test_ticks_and_prices_at_the_ends(ours):
    bench, *_ = ours
    for tick in (-887272, -887271, -1, 0, 1, 887271, 887272):
        assert tick_at(min(sqrt_at(tick), MAX_SQRT - 1)) == min(tick, 887271)
    assert MIN_SQRT == 4295128739 and math.isqrt(MAX_SQRT) > 0


def test_flash_takes_its_fee(ours):
    bench, a, b, factory, payer = ours
    pool = bench.act(factory, "createPool(address,address,uint24)", a, b, 3000, outputs=["address"])
    with pytest.raises(Reverted):
        bench.act(pool, "initialize(uint160)", MIN_SQRT - 1)
    bench.act(pool, "initialize(uint160)", 2**96)
    with pytest.raises(Reverted, match="^AI$"):
        bench.act(pool, "initialize(uint160)", 2**96)
    bench.act(payer, "mint(address,int24,int24,uint128)", pool, -600, 600, 10**20)
    before = bench.balance(a, pool)
    bench.act(payer, "flash(address,uint256,uint256)", pool, 10**15 + 1, 0)
    assert bench.balance(a, pool) - before == (10**15 + 1) * 3000 // 10**6 + 1
    with pytest.raises(Reverted, match="^F0$"):
        bench.act(payer, "flash_short(address,uint256,uint256)", pool, 10**15 + 1, 0)
