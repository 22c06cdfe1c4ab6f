"""Genuine WETH9, ERC-20, Uniswap V2 (Sushi's build) and Uniswap V3 contracts with pools at odds, for the executor to work on."""

import math
import random
from dataclasses import dataclass

from chain import COINBASE, Chain, account, compiled, executor_code, library
from program import Leg

FAR = 2**40
MAX = 2**256 - 1


@dataclass(frozen=True)
class Pool:
    address: str
    is_v3: bool
    token0: str
    token1: str
    fee: int
    venue: str


class World:
    """Pools on weth/a (four V2, four V3), and a/b, b/weth (one V2, one V3 each). Prices lie up to `gap` apart."""

    def __init__(self, gap=0.04, seed=7):
        self.chain, self.random, self.gap, self.sign = Chain(), random.Random(seed), gap, 1
        chain = self.chain
        self.me, self.stranger = account(1).address, account(2).address
        self.weth = chain.deploy(library("aave_v2/WETH9"))
        chain.act(self.weth, "deposit()", value=5 * 10**23)
        below, above = self._token(lambda t: t < self._int(self.weth)), self._token(lambda t: t > self._int(self.weth))
        self.a, self.b = below, above  # weth is token1 against a, token0 against b
        self.quiet = chain.deploy(compiled("tests/hostile/QuietToken.vy"))  # transfer returns nothing
        self.executor = chain.deploy(executor_code(), ["address", "address"], [self.me, self.weth])
        self.v2 = {v: chain.deploy(library("sushi/UniswapV2Factory"), ["address"], [self.me]) for v in "ABCD"}
        self.v3 = chain.deploy(library("uniswap_v3/UniswapV3Factory"))
        chain.act(self.v3, "enableFeeAmount(uint24,int24)", 100, 1)
        three = ["address"] * 3
        zero = "0x" + "00" * 20
        self.positions = chain.deploy(library("uniswap_v3/NonfungiblePositionManager"), three, [self.v3, self.weth, zero])
        self.quoter = chain.deploy(library("uniswap_v3/QuoterV2"), three[:2], [self.v3, self.weth])
        for token in (self.weth, self.a, self.b, self.quiet):
            chain.act(token, "approve(address,uint256)", self.positions, MAX)
        self.pools = []
        for venue in "ABCD":
            self._pair(venue, self.weth, self.a)
        for fee, spacing in ((100, 1), (500, 10), (3000, 60), (10000, 200)):
            self._v3(self.weth, self.a, fee, spacing)
        for x, y in ((self.a, self.b), (self.b, self.weth), (self.quiet, self.a)):
            self._pair("A", x, y)
            self._pair("B", x, y)
            self._v3(x, y, 500, 10)
            self._v3(x, y, 3000, 60)
        self._wear_in()
        self.start = chain.snapshot()

    def _wear_in(self):
        """Every accumulator written once and the builder not empty, so that measured gas is that of pools in use."""
        chain = self.chain
        router = chain.deploy(library("uniswap_v3/SwapRouter"), ["address", "address"], [self.v3, self.weth])
        for token in (self.weth, self.a, self.b, self.quiet):
            chain.act(token, "approve(address,uint256)", router, MAX)
        swap = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"
        for pool in self.pools:
            if not pool.is_v3:
                chain.act(pool.address, "sync()")
                continue
            for pair in ((pool.token0, pool.token1), (pool.token1, pool.token0)):
                chain.act(router, swap, (*pair, pool.fee, self.me, FAR, 10**15, 0, 0))
        chain.send(COINBASE, value=1)

    @staticmethod
    def _int(address):
        return int(address, 16)

    def _token(self, wanted):
        """A mock ERC-20 whose address compares with weth's as wanted."""
        while True:
            types = ["string", "string", "uint256", "uint8"]
            token = self.chain.deploy(library("ERC20MockDecimals"), types, ["Test", "T", 10**30, 18])
            if wanted(self._int(token)):
                return token

    def _amounts(self):
        """Every other pool of a pair is dear, the next one cheap: cycles of each shape earn in one direction."""
        self.sign = -self.sign
        return 1000 * 10**18, int(1000 * 10**18 * (1 + self.sign * self.random.uniform(self.gap / 2, self.gap)))

    def _pair(self, venue, x, y):
        self.chain.act(self.v2[venue], "createPair(address,address)", x, y)
        pair = self.chain.view(self.v2[venue], "getPair(address,address)", ["address"], x, y)
        for token, amount in zip((x, y), self._amounts()):
            self.chain.act(token, "transfer(address,uint256)", pair, amount)
        self.chain.act(pair, "mint(address)", self.me)
        self._add(pair, False, x, y, 3000, venue)

    def _v3(self, x, y, fee, spacing):
        token0, token1 = sorted((x, y), key=self._int)
        amounts = dict(zip((x, y), self._amounts()))
        amount0, amount1 = amounts[token0], amounts[token1]
        root = math.isqrt(amount1 * 2**192 // amount0)
        self.chain.act(self.positions, "createAndInitializePoolIfNecessary(address,address,uint24,uint160)", token0, token1, fee, root)
        tick = int(math.log(amount1 / amount0) / math.log(1.0001)) // spacing * spacing
        mint = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
        for half, share in ((20, 1), (5, 2)):  # the narrow one on top: swaps cross ticks
            low, high = tick - half * 600, tick + half * 600
            row = (token0, token1, fee, low, high, amount0 // share, amount1 // share, 0, 0, self.me, FAR)
            self.chain.act(self.positions, mint, row)
        pool = self.chain.view(self.v3, "getPool(address,address,uint24)", ["address"], token0, token1, fee)
        self._add(pool, True, x, y, fee, "V3")

    def _add(self, address, is_v3, x, y, fee, venue):
        token0, token1 = sorted((x, y), key=self._int)
        self.pools.append(Pool(address, is_v3, token0, token1, fee, venue))

    # Quotes: the pair's formula in Python integers, the V3 quoter's own bytecode.

    def quote(self, pool, token_in, amount):
        zero_for_one = token_in == pool.token0
        if pool.is_v3:
            other = pool.token1 if zero_for_one else pool.token0
            row = (token_in, other, amount, pool.fee, 0)
            return self.chain.view(
                self.quoter, "quoteExactInputSingle((address,address,uint256,uint24,uint160))",
                ["uint256", "uint160", "uint32", "uint256"], row,
            )[0]  # fmt: skip
        r0, r1, _ = self.chain.view(pool.address, "getReserves()", ["uint112", "uint112", "uint32"])
        r_in, r_out = (r0, r1) if zero_for_one else (r1, r0)
        return amount * 997 * r_out // (r_in * 1000 + amount * 997)

    def plan(self, token, pools, amount):
        """Legs of the cycle token -> ... -> token through `pools`, and its gross profit (may be negative)."""
        legs, at, now = [], token, amount
        for pool in pools:
            out = self.quote(pool, at, now)
            legs.append(Leg(pool.address, pool.is_v3, at == pool.token0, now, out))
            at, now = (pool.token1 if at == pool.token0 else pool.token0), out
        assert at == token, "the pools do not form a cycle"
        return legs, now - amount

    def between(self, x, y, is_v3=None):
        pair = {x, y}
        return [p for p in self.pools if {p.token0, p.token1} == pair and (is_v3 is None or p.is_v3 == is_v3)]
