# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  A pool with concentrated liquidity, shaped as Uniswap V3's
@license MIT
@notice Same selectors, events and amounts to the last unit; the factory creates it from a blueprint without arguments, so its
        creation code is the same for every pool. Not here: the price oracle (one observation for ever, `observe` is no
        function), protocol fees.
@dev    Slots 0 (price | tick << 160), 1, 2 (fee growth) and 4 (liquidity) mean what they mean in Uniswap's pool, so do
        the numbers of the mappings 5 (ticks), 6 (bitmap) and 7 (positions); where in a mapping a key lies is Vyper's way.
"""

import full_math
import swap_math
import tick_math

interface Token:
    def balanceOf(account: address) -> uint256: view
    def transfer(to: address, amount: uint256) -> bool: nonpayable

interface Deployer:
    def parameters() -> (address, address, address, uint24, int24): view

interface Swapper:
    def uniswapV3SwapCallback(amount0Delta: int256, amount1Delta: int256, data: Bytes[DATA_MAX]): nonpayable

interface Minter:
    def uniswapV3MintCallback(amount0Owed: uint256, amount1Owed: uint256, data: Bytes[DATA_MAX]): nonpayable

interface Borrower:
    def uniswapV3FlashCallback(fee0: uint256, fee1: uint256, data: Bytes[DATA_MAX]): nonpayable

event Initialize:
    sqrtPriceX96: uint160
    tick: int24

event Mint:
    sender: address
    owner: indexed(address)
    tickLower: indexed(int24)
    tickUpper: indexed(int24)
    amount: uint128
    amount0: uint256
    amount1: uint256

event Collect:
    owner: indexed(address)
    recipient: address
    tickLower: indexed(int24)
    tickUpper: indexed(int24)
    amount0: uint128
    amount1: uint128

event Burn:
    owner: indexed(address)
    tickLower: indexed(int24)
    tickUpper: indexed(int24)
    amount: uint128
    amount0: uint256
    amount1: uint256

event Swap:
    sender: indexed(address)
    recipient: indexed(address)
    amount0: int256
    amount1: int256
    sqrtPriceX96: uint160
    liquidity: uint128
    tick: int24

event Flash:
    sender: indexed(address)
    recipient: indexed(address)
    amount0: uint256
    amount1: uint256
    paid0: uint256
    paid1: uint256

struct Tick:
    # liquidityGross in the low 128 bits, liquidityNet above.
    liquidity: uint256
    outside0: uint256
    outside1: uint256

struct Position:
    liquidity: uint256
    inside0: uint256
    inside1: uint256
    # tokensOwed0 in the low 128 bits, tokensOwed1 above.
    owed: uint256

DATA_MAX: constant(uint256) = 2048
MAX_STEPS: constant(uint256) = 2**20
MASK_24: constant(uint256) = 2**24 - 1
MASK_128: constant(uint256) = 2**128 - 1
MASK_160: constant(uint256) = 2**160 - 1
Q128: constant(uint256) = 2**128
MILLION: constant(uint256) = 10**6
MAX_TICK: constant(int256) = 887272
MIN_SQRT_PRICE: constant(uint256) = 4295128739
MAX_SQRT_PRICE: constant(uint256) = 1461446703485210103287273052203988822378723970342
# One observation now and one next, not locked: what slot 0 of a pool that never grew its oracle says.
ONE_OBSERVATION: constant(uint256) = 2**200 + 2**216 + 2**240

factory: public(immutable(address))
token0: public(immutable(address))
token1: public(immutable(address))
fee: public(immutable(uint24))
tickSpacing: public(immutable(int24))
maxLiquidityPerTick: public(immutable(uint128))

_slot0: uint256
feeGrowthGlobal0X128: public(uint256)
feeGrowthGlobal1X128: public(uint256)
_protocol_fees: uint256
_liquidity: uint256
_ticks: HashMap[int24, Tick]
tickBitmap: public(HashMap[int16, uint256])
_positions: HashMap[bytes32, Position]


@deploy
def __init__():
    of: address = empty(address)
    a: address = empty(address)
    b: address = empty(address)
    pips: uint24 = 0
    spacing: int24 = 0
    of, a, b, pips, spacing = staticcall Deployer(msg.sender).parameters()
    factory = of
    token0 = a
    token1 = b
    fee = pips
    tickSpacing = spacing
    ticks: uint256 = convert((MAX_TICK // convert(spacing, int256)) * 2 + 1, uint256)
    maxLiquidityPerTick = convert(MASK_128 // ticks, uint128)


# ---- reading


@external
@view
def slot0() -> (uint160, int24, uint16, uint16, uint16, uint8, bool):
    word: uint256 = self._slot0
    observations: uint16 = convert((word >> 200) & 1, uint16)
    return (
        convert(word & MASK_160, uint160),
        convert(self._tick_of(word), int24),
        0,
        observations,
        observations,
        0,
        word != 0,
    )


@external
@view
def liquidity() -> uint128:
    return convert(self._liquidity, uint128)


@external
@view
def protocolFees() -> (uint128, uint128):
    return 0, 0


@external
@view
def ticks(tick: int24) -> (uint128, int128, uint256, uint256, int56, uint160, uint32, bool):
    row: Tick = self._ticks[tick]
    gross: uint256 = row.liquidity & MASK_128
    net: int256 = self._net(row.liquidity)
    return convert(gross, uint128), convert(net, int128), row.outside0, row.outside1, 0, 0, 0, gross != 0


@external
@view
def positions(key: bytes32) -> (uint128, uint256, uint256, uint128, uint128):
    row: Position = self._positions[key]
    return (
        convert(row.liquidity, uint128),
        row.inside0,
        row.inside1,
        convert(row.owed & MASK_128, uint128),
        convert(row.owed >> 128, uint128),
    )


# ---- positions


@external
def initialize(sqrtPriceX96: uint160):
    assert self._slot0 == 0, "AI"
    price: uint256 = convert(sqrtPriceX96, uint256)
    tick: int256 = tick_math.tick_at_sqrt_price(price)
    self._slot0 = self._packed(price, tick)
    log Initialize(sqrtPriceX96=sqrtPriceX96, tick=convert(tick, int24))


@external
@nonreentrant
def mint(
    recipient: address, tickLower: int24, tickUpper: int24, amount: uint128, data: Bytes[DATA_MAX]
) -> (uint256, uint256):
    assert amount > 0, "amount"
    amount0: uint256 = 0
    amount1: uint256 = 0
    amount0, amount1 = self._modify(recipient, tickLower, tickUpper, convert(amount, int256))
    before0: uint256 = self._balance(token0)
    before1: uint256 = self._balance(token1)
    extcall Minter(msg.sender).uniswapV3MintCallback(amount0, amount1, data)
    assert amount0 == 0 or before0 + amount0 <= self._balance(token0), "M0"
    assert amount1 == 0 or before1 + amount1 <= self._balance(token1), "M1"
    log Mint(
        sender=msg.sender,
        owner=recipient,
        tickLower=tickLower,
        tickUpper=tickUpper,
        amount=amount,
        amount0=amount0,
        amount1=amount1,
    )
    return amount0, amount1


@external
@nonreentrant
def burn(tickLower: int24, tickUpper: int24, amount: uint128) -> (uint256, uint256):
    amount0: uint256 = 0
    amount1: uint256 = 0
    amount0, amount1 = self._modify(msg.sender, tickLower, tickUpper, -convert(amount, int256))
    if amount0 != 0 or amount1 != 0:
        key: bytes32 = self._key(msg.sender, tickLower, tickUpper)
        self._positions[key].owed = self._owed_plus(self._positions[key].owed, amount0, amount1)
    log Burn(
        owner=msg.sender, tickLower=tickLower, tickUpper=tickUpper, amount=amount, amount0=amount0, amount1=amount1
    )
    return amount0, amount1


@external
@nonreentrant
def collect(
    recipient: address, tickLower: int24, tickUpper: int24, amount0Requested: uint128, amount1Requested: uint128
) -> (uint128, uint128):
    key: bytes32 = self._key(msg.sender, tickLower, tickUpper)
    owed: uint256 = self._positions[key].owed
    amount0: uint256 = min(owed & MASK_128, convert(amount0Requested, uint256))
    amount1: uint256 = min(owed >> 128, convert(amount1Requested, uint256))
    self._positions[key].owed = owed - amount0 - (amount1 << 128)
    if amount0 != 0:
        self._pay(token0, recipient, amount0)
    if amount1 != 0:
        self._pay(token1, recipient, amount1)
    log Collect(
        owner=msg.sender,
        recipient=recipient,
        tickLower=tickLower,
        tickUpper=tickUpper,
        amount0=convert(amount0, uint128),
        amount1=convert(amount1, uint128),
    )
    return convert(amount0, uint128), convert(amount1, uint128)


# ---- trading


@external
@nonreentrant
def swap(
    recipient: address, zeroForOne: bool, amountSpecified: int256, sqrtPriceLimitX96: uint160, data: Bytes[DATA_MAX]
) -> (int256, int256):
    assert amountSpecified != 0, "AS"
    start: uint256 = self._slot0
    assert start != 0, "LOK"
    amount0: int256 = 0
    amount1: int256 = 0
    amount_in: uint256 = 0
    amount_out: uint256 = 0
    amount_in, amount_out = self._run(start, zeroForOne, amountSpecified, convert(sqrtPriceLimitX96, uint256))

    token_in: address = token0
    token_out: address = token1
    if zeroForOne:
        amount0 = convert(amount_in, int256)
        amount1 = -convert(amount_out, int256)
    else:
        token_in = token1
        token_out = token0
        amount0 = -convert(amount_out, int256)
        amount1 = convert(amount_in, int256)
    if amount_out != 0:
        self._pay(token_out, recipient, amount_out)
    before: uint256 = self._balance(token_in)
    extcall Swapper(msg.sender).uniswapV3SwapCallback(amount0, amount1, data)
    assert before + amount_in <= self._balance(token_in), "IIA"

    after: uint256 = self._slot0
    log Swap(
        sender=msg.sender,
        recipient=recipient,
        amount0=amount0,
        amount1=amount1,
        sqrtPriceX96=convert(after & MASK_160, uint160),
        liquidity=convert(self._liquidity, uint128),
        tick=convert(self._tick_of(after), int24),
    )
    return amount0, amount1


@external
@nonreentrant
def flash(recipient: address, amount0: uint256, amount1: uint256, data: Bytes[DATA_MAX]):
    lent: uint256 = self._liquidity
    assert lent > 0, "L"
    pips: uint256 = convert(fee, uint256)
    fee0: uint256 = full_math.mul_div_up(amount0, pips, MILLION)
    fee1: uint256 = full_math.mul_div_up(amount1, pips, MILLION)
    before0: uint256 = self._balance(token0)
    before1: uint256 = self._balance(token1)
    if amount0 != 0:
        self._pay(token0, recipient, amount0)
    if amount1 != 0:
        self._pay(token1, recipient, amount1)
    extcall Borrower(msg.sender).uniswapV3FlashCallback(fee0, fee1, data)
    after0: uint256 = self._balance(token0)
    after1: uint256 = self._balance(token1)
    assert before0 + fee0 <= after0, "F0"
    assert before1 + fee1 <= after1, "F1"
    paid0: uint256 = unsafe_sub(after0, before0)
    paid1: uint256 = unsafe_sub(after1, before1)
    if paid0 != 0:
        self.feeGrowthGlobal0X128 = unsafe_add(self.feeGrowthGlobal0X128, full_math.mul_div(paid0, Q128, lent))
    if paid1 != 0:
        self.feeGrowthGlobal1X128 = unsafe_add(self.feeGrowthGlobal1X128, full_math.mul_div(paid1, Q128, lent))
    log Flash(
        sender=msg.sender, recipient=recipient, amount0=amount0, amount1=amount1, paid0=paid0, paid1=paid1
    )


@internal
def _run(start: uint256, down: bool, specified: int256, limit: uint256) -> (uint256, uint256):
    """
    @dev The swap's loop over tick ranges; writes price, liquidity and fee growth.
    @return input with fee, output
    """
    price: uint256 = start & MASK_160
    tick: int256 = self._tick_of(start)
    if down:
        assert limit < price and limit > MIN_SQRT_PRICE, "SPL"
    else:
        assert limit > price and limit < MAX_SQRT_PRICE, "SPL"
    growth: uint256 = 0
    if down:
        growth = self.feeGrowthGlobal0X128
    else:
        growth = self.feeGrowthGlobal1X128
    first: uint256 = self._liquidity
    active: uint256 = first
    exact_in: bool = specified > 0
    remaining: uint256 = convert(abs(specified), uint256)
    total_in: uint256 = 0
    total_out: uint256 = 0
    pips: uint256 = convert(fee, uint256)
    spacing: int256 = convert(tickSpacing, int256)

    for _: uint256 in range(MAX_STEPS):
        if remaining == 0 or price == limit:
            break
        before: uint256 = price
        next: int256 = 0
        initialized: bool = False
        next, initialized = self._next_tick(tick, spacing, down)
        next = max(min(next, MAX_TICK), -MAX_TICK)
        next_price: uint256 = tick_math.sqrt_price_at_tick(next)
        target: uint256 = next_price
        if down:
            target = max(next_price, limit)
        else:
            target = min(next_price, limit)
        amount_in: uint256 = 0
        amount_out: uint256 = 0
        taken: uint256 = 0
        price, amount_in, amount_out, taken = swap_math.step(price, target, active, remaining, exact_in, pips)
        total_in += amount_in + taken
        total_out += amount_out
        if exact_in:
            remaining -= amount_in + taken
        else:
            remaining -= amount_out
        if active != 0:
            growth = unsafe_add(growth, full_math.mul_div(taken, Q128, active))
        if price == next_price:
            if initialized:
                active = self._cross(next, active, growth, down)
            if down:
                tick = next - 1
            else:
                tick = next
        elif price != before:
            tick = tick_math.tick_at_sqrt_price(price)

    self._slot0 = self._packed(price, tick)
    if active != first:
        self._liquidity = active
    if down:
        self.feeGrowthGlobal0X128 = growth
    else:
        self.feeGrowthGlobal1X128 = growth
    return total_in, total_out


@internal
def _cross(tick: int256, active: uint256, growth: uint256, down: bool) -> uint256:
    """
    @dev Turns the tick's fee growth inside out and answers the liquidity beyond it.
    """
    key: int24 = convert(tick, int24)
    growth0: uint256 = growth
    growth1: uint256 = growth
    if down:
        growth1 = self.feeGrowthGlobal1X128
    else:
        growth0 = self.feeGrowthGlobal0X128
    self._ticks[key].outside0 = unsafe_sub(growth0, self._ticks[key].outside0)
    self._ticks[key].outside1 = unsafe_sub(growth1, self._ticks[key].outside1)
    net: int256 = self._net(self._ticks[key].liquidity)
    if down:
        net = -net
    after: int256 = convert(active, int256) + net
    assert after >= 0, "LS"
    assert convert(after, uint256) <= MASK_128, "LA"
    return convert(after, uint256)


@internal
@view
def _next_tick(tick: int256, spacing: int256, down: bool) -> (int256, bool):
    """
    @dev The next initialised tick within one word of the bitmap, else the word's edge.
    """
    compressed: int256 = self._floor_div(tick, spacing)
    if not down:
        compressed += 1
    bit: uint256 = self._bit(compressed)
    word: uint256 = self.tickBitmap[self._word(compressed)]
    if down:
        below: uint256 = word & (max_value(uint256) >> unsafe_sub(255, bit))
        if below != 0:
            return (compressed - convert(bit - tick_math.most_significant_bit(below), int256)) * spacing, True
        return (compressed - convert(bit, int256)) * spacing, False
    above: uint256 = (word >> bit) << bit
    if above != 0:
        lowest: uint256 = tick_math.most_significant_bit(above & unsafe_sub(0, above))
        return (compressed + convert(lowest - bit, int256)) * spacing, True
    return (compressed + convert(255 - bit, int256)) * spacing, False


# ---- liquidity


@internal
def _modify(owner: address, lower: int24, upper: int24, delta: int256) -> (uint256, uint256):
    """
    @dev Changes a position by `delta` and answers what that costs (rounded up) or frees (rounded down).
    """
    assert lower < upper, "TLU"
    low: int256 = convert(lower, int256)
    high: int256 = convert(upper, int256)
    assert low >= -MAX_TICK, "TLM"
    assert high <= MAX_TICK, "TUM"
    word: uint256 = self._slot0
    assert word != 0, "LOK"
    price: uint256 = word & MASK_160
    tick: int256 = self._tick_of(word)
    self._update_position(owner, lower, upper, delta, tick)
    if delta == 0:
        return 0, 0

    up: bool = delta > 0
    size: uint256 = convert(abs(delta), uint256)
    price_low: uint256 = tick_math.sqrt_price_at_tick(low)
    price_high: uint256 = tick_math.sqrt_price_at_tick(high)
    if tick < low:
        return swap_math.amount0_between(price_low, price_high, size, up), 0
    if tick >= high:
        return 0, swap_math.amount1_between(price_low, price_high, size, up)
    after: int256 = convert(self._liquidity, int256) + delta
    assert after >= 0, "LS"
    assert convert(after, uint256) <= MASK_128, "LA"
    self._liquidity = convert(after, uint256)
    return (
        swap_math.amount0_between(price, price_high, size, up),
        swap_math.amount1_between(price_low, price, size, up),
    )


@internal
def _update_position(owner: address, lower: int24, upper: int24, delta: int256, tick: int256):
    flipped_lower: bool = False
    flipped_upper: bool = False
    if delta != 0:
        flipped_lower = self._update_tick(lower, tick, delta, False)
        flipped_upper = self._update_tick(upper, tick, delta, True)
        if flipped_lower:
            self._flip(lower)
        if flipped_upper:
            self._flip(upper)
    inside0: uint256 = 0
    inside1: uint256 = 0
    inside0, inside1 = self._growth_inside(lower, upper, tick)

    key: bytes32 = self._key(owner, lower, upper)
    row: Position = self._positions[key]
    if delta == 0:
        assert row.liquidity > 0, "NP"
    else:
        after: int256 = convert(row.liquidity, int256) + delta
        assert after >= 0, "LS"
        assert convert(after, uint256) <= MASK_128, "LA"
        self._positions[key].liquidity = convert(after, uint256)
    # More than 128 bits owed wraps, as in Uniswap's pool: it has to be collected before.
    earned0: uint256 = full_math.mul_div(unsafe_sub(inside0, row.inside0), row.liquidity, Q128)
    earned1: uint256 = full_math.mul_div(unsafe_sub(inside1, row.inside1), row.liquidity, Q128)
    self._positions[key].inside0 = inside0
    self._positions[key].inside1 = inside1
    if earned0 != 0 or earned1 != 0:
        self._positions[key].owed = self._owed_plus(row.owed, earned0, earned1)
    if delta < 0:
        if flipped_lower:
            self._ticks[lower] = empty(Tick)
        if flipped_upper:
            self._ticks[upper] = empty(Tick)


@internal
def _update_tick(key: int24, tick: int256, delta: int256, is_upper: bool) -> bool:
    """
    @return whether the tick went from unused to used or back
    """
    word: uint256 = self._ticks[key].liquidity
    before: uint256 = word & MASK_128
    after: int256 = convert(before, int256) + delta
    assert after >= 0, "LS"
    gross: uint256 = convert(after, uint256)
    assert gross <= convert(maxLiquidityPerTick, uint256), "LO"
    if before == 0 and convert(key, int256) <= tick:
        # By convention all growth before the first use happened below the tick.
        self._ticks[key].outside0 = self.feeGrowthGlobal0X128
        self._ticks[key].outside1 = self.feeGrowthGlobal1X128
    net: int256 = self._net(word)
    if is_upper:
        net -= delta
    else:
        net += delta
    assert net >= -(2**127) and net < 2**127, "LO"
    self._ticks[key].liquidity = gross | (convert(convert(net, bytes32), uint256) << 128)
    return (before == 0) != (gross == 0)


@internal
def _flip(tick: int24):
    spacing: int256 = convert(tickSpacing, int256)
    wide: int256 = convert(tick, int256)
    assert wide % spacing == 0, "TS"
    compressed: int256 = wide // spacing
    word: int16 = self._word(compressed)
    self.tickBitmap[word] = self.tickBitmap[word] ^ (1 << self._bit(compressed))


@internal
@view
def _growth_inside(lower: int24, upper: int24, tick: int256) -> (uint256, uint256):
    global0: uint256 = self.feeGrowthGlobal0X128
    global1: uint256 = self.feeGrowthGlobal1X128
    below0: uint256 = self._ticks[lower].outside0
    below1: uint256 = self._ticks[lower].outside1
    if tick < convert(lower, int256):
        below0 = unsafe_sub(global0, below0)
        below1 = unsafe_sub(global1, below1)
    above0: uint256 = self._ticks[upper].outside0
    above1: uint256 = self._ticks[upper].outside1
    if tick >= convert(upper, int256):
        above0 = unsafe_sub(global0, above0)
        above1 = unsafe_sub(global1, above1)
    return unsafe_sub(unsafe_sub(global0, below0), above0), unsafe_sub(unsafe_sub(global1, below1), above1)


# ---- small things


@internal
@pure
def _net(word: uint256) -> int256:
    return convert(convert(word, bytes32), int256) >> 128


@internal
@pure
def _owed_plus(owed: uint256, amount0: uint256, amount1: uint256) -> uint256:
    low: uint256 = unsafe_add(owed & MASK_128, amount0) & MASK_128
    return low | (unsafe_add(owed >> 128, amount1) << 128)


@internal
@pure
def _key(owner: address, lower: int24, upper: int24) -> bytes32:
    return keccak256(concat(convert(owner, bytes20), convert(lower, bytes3), convert(upper, bytes3)))


@internal
@pure
def _floor_div(a: int256, b: int256) -> int256:
    result: int256 = a // b
    if a < 0 and a % b != 0:
        result -= 1
    return result


@internal
@pure
def _word(compressed: int256) -> int16:
    return convert(compressed >> 8, int16)


@internal
@pure
def _bit(compressed: int256) -> uint256:
    # Ticks have 24 bits: shifted into the positive numbers by a multiple of 256.
    return convert(unsafe_add(compressed, 2**24), uint256) & 255


@internal
@pure
def _tick_of(word: uint256) -> int256:
    return convert(convert(word << 72, bytes32), int256) >> 232


@internal
@pure
def _packed(price: uint256, tick: int256) -> uint256:
    return price | ((convert(unsafe_add(tick, 2**24), uint256) & MASK_24) << 160) | ONE_OBSERVATION


@internal
@view
def _balance(token: address) -> uint256:
    return staticcall Token(token).balanceOf(self)


@internal
def _pay(token: address, to: address, amount: uint256):
    assert extcall Token(token).transfer(to, amount, default_return_value=True), "TF"
