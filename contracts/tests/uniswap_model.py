"""Uniswap's pools in Python integers, written from the whitepapers: no line of it is shared with the contracts.

Constants are computed here with 120 decimal digits instead of being copied.
"""

from decimal import ROUND_HALF_EVEN, Decimal, getcontext

getcontext().prec = 120
Q96, Q128 = 2**96, 2**128
MAX_TICK = 887272
FACTORS = [
    int((Decimal(2**128) / Decimal("1.0001") ** (Decimal(2**i) / 2)).to_integral_value(ROUND_HALF_EVEN)) for i in range(20)
]


def up(a, b):
    return -(-a // b)


def sqrt_at(tick):
    ratio = 2**128
    for i, factor in enumerate(FACTORS):
        if abs(tick) >> i & 1:
            ratio = ratio * factor >> 128
    if tick > 0:
        ratio = (2**256 - 1) // ratio
    return up(ratio, 2**32)


MIN_SQRT, MAX_SQRT = sqrt_at(-MAX_TICK), sqrt_at(MAX_TICK)


def tick_at(price):
    low, high = -MAX_TICK, MAX_TICK
    while low < high:
        middle = (low + high + 1) // 2
        if sqrt_at(middle) <= price:
            low = middle
        else:
            high = middle - 1
    return low


def amount0(a, b, liquidity, rounds_up):
    a, b = sorted((a, b))
    if rounds_up:
        return up(up(liquidity * Q96 * (b - a), b), a)
    return liquidity * Q96 * (b - a) // b // a


def amount1(a, b, liquidity, rounds_up):
    product = liquidity * abs(b - a)
    return up(product, Q96) if rounds_up else product // Q96


class PairModel:
    """A V2 pair: reserves and a fee in basis points."""

    def __init__(self, reserve0, reserve1, fee=30):
        self.reserves, self.fee = [reserve0, reserve1], fee

    def out(self, amount, zero_for_one):
        r_in, r_out = self.reserves if zero_for_one else self.reserves[::-1]
        return amount * (10000 - self.fee) * r_out // (r_in * 10000 + amount * (10000 - self.fee))

    def into(self, amount, zero_for_one):
        r_in, r_out = self.reserves if zero_for_one else self.reserves[::-1]
        return r_in * amount * 10000 // ((r_out - amount) * (10000 - self.fee)) + 1


class PoolModel:
    """A V3 pool: the swap loop over sorted ticks (a word's edge is a step of its own, as on the chain)."""

    def __init__(self, fee, spacing, price):
        self.fee, self.spacing, self.price, self.tick = fee, spacing, price, tick_at(price)
        self.liquidity, self.net, self.gross = 0, {}, {}
        self.growth = [0, 0]
        self.crossed = 0

    def change(self, lower, upper, delta):
        """Adds or removes liquidity; what it costs (positive) or frees (negative)."""
        for tick, sign in ((lower, 1), (upper, -1)):
            self.net[tick] = self.net.get(tick, 0) + sign * delta
            self.gross[tick] = self.gross.get(tick, 0) + delta
            if self.gross[tick] == 0:
                del self.net[tick], self.gross[tick]
        low, high, size, adds = sqrt_at(lower), sqrt_at(upper), abs(delta), delta > 0
        if self.tick < lower:
            return amount0(low, high, size, adds), 0
        if self.tick >= upper:
            return 0, amount1(low, high, size, adds)
        self.liquidity += delta
        return amount0(self.price, high, size, adds), amount1(low, self.price, size, adds)

    def _next(self, down):
        compressed = self.tick // self.spacing
        if down:
            edge = compressed // 256 * 256
            found = [t for t in self.gross if edge * self.spacing <= t <= compressed * self.spacing]
            return (max(found), True) if found else (edge * self.spacing, False)
        compressed += 1
        edge = compressed // 256 * 256 + 255
        found = [t for t in self.gross if compressed * self.spacing <= t <= edge * self.spacing]
        return (min(found), True) if found else (edge * self.spacing, False)

    def _after(self, target, remaining, exact_in, down):
        """The price a step reaches."""
        price, liquidity = self.price, self.liquidity
        if exact_in:
            less = remaining * (10**6 - self.fee) // 10**6
            needed = amount0(target, price, liquidity, True) if down else amount1(price, target, liquidity, True)
            if less >= needed:
                return target
            if down:
                return up(liquidity * Q96 * price, liquidity * Q96 + less * price)
            return price + less * Q96 // liquidity
        available = amount1(target, price, liquidity, False) if down else amount0(price, target, liquidity, False)
        if remaining >= available:
            return target
        if down:
            return price - up(remaining * Q96, liquidity)
        return up(liquidity * Q96 * price, liquidity * Q96 - remaining * price)

    def swap(self, down, specified, limit):
        """amount0, amount1 as the pool sees them."""
        exact_in, remaining, total_in, total_out = specified > 0, abs(specified), 0, 0
        self.crossed = 0
        while remaining and self.price != limit:
            tick, initialized = self._next(down)
            tick = max(-MAX_TICK, min(MAX_TICK, tick))
            edge = sqrt_at(tick)
            target = max(edge, limit) if down else min(edge, limit)
            before, after = self.price, self._after(target, remaining, exact_in, down)
            if down:
                came, went = amount0(after, before, self.liquidity, True), amount1(after, before, self.liquidity, False)
            else:
                came, went = amount1(before, after, self.liquidity, True), amount0(before, after, self.liquidity, False)
            if not exact_in:
                went = min(went, remaining)
            fee = remaining - came if exact_in and after != target else up(came * self.fee, 10**6 - self.fee)
            total_in, total_out = total_in + came + fee, total_out + went
            remaining -= came + fee if exact_in else went
            if self.liquidity:
                side = 0 if down else 1
                self.growth[side] = (self.growth[side] + fee * Q128 // self.liquidity) % 2**256
            self.price = after
            if after == edge:
                if initialized:
                    self.liquidity += -self.net[tick] if down else self.net[tick]
                    self.crossed += 1
                self.tick = tick - 1 if down else tick
            elif after != before:
                self.tick = tick_at(after)
        return (total_in, -total_out) if down else (-total_out, total_in)
