# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Ticks and square-root prices
@license MIT
@notice A tick t stands for the price 1.0001^t; a pool keeps sqrt(price) * 2^96. Equal to Uniswap v3's to the last unit:
        Uniswap v3 whitepaper 6.1.
"""

MAX_TICK: constant(int256) = 887272
MIN_SQRT_PRICE: constant(uint256) = 4295128739
MAX_SQRT_PRICE: constant(uint256) = 1461446703485210103287273052203988822378723970342

# log2 to log1.0001 of a square root, Q128 over 64 bits of fraction; and how far 14 bits of it can be off.
LOG_SCALE: constant(int256) = 255738958999603826347141
LOG_BELOW: constant(int256) = 3402992956809132418596140100660247210
LOG_ABOVE: constant(int256) = 291339464771989622907027621153398088495


@internal
@pure
def sqrt_price_at_tick(tick: int256) -> uint256:
    magnitude: uint256 = convert(abs(tick), uint256)
    assert magnitude <= convert(MAX_TICK, uint256), "T"
    ratio: uint256 = 2**128
    # One factor a bit of the magnitude: 2^128 * 1.0001^-(2^bit / 2).
    if magnitude & 1 != 0:
        ratio = 340265354078544963557816517032075149313
    if magnitude & 2 != 0:
        ratio = unsafe_mul(ratio, 340248342086729790484326174814286782778) >> 128
    if magnitude & 4 != 0:
        ratio = unsafe_mul(ratio, 340214320654664324051920982716015181260) >> 128
    if magnitude & 8 != 0:
        ratio = unsafe_mul(ratio, 340146287995602323631171512101879684304) >> 128
    if magnitude & 16 != 0:
        ratio = unsafe_mul(ratio, 340010263488231146823593991679159461444) >> 128
    if magnitude & 32 != 0:
        ratio = unsafe_mul(ratio, 339738377640345403697157401104375502016) >> 128
    if magnitude & 64 != 0:
        ratio = unsafe_mul(ratio, 339195258003219555707034227454543997025) >> 128
    if magnitude & 128 != 0:
        ratio = unsafe_mul(ratio, 338111622100601834656805679988414885971) >> 128
    if magnitude & 256 != 0:
        ratio = unsafe_mul(ratio, 335954724994790223023589805789778977700) >> 128
    if magnitude & 512 != 0:
        ratio = unsafe_mul(ratio, 331682121138379247127172139078559817300) >> 128
    if magnitude & 1024 != 0:
        ratio = unsafe_mul(ratio, 323299236684853023288211250268160618739) >> 128
    if magnitude & 2048 != 0:
        ratio = unsafe_mul(ratio, 307163716377032989948697243942600083929) >> 128
    if magnitude & 4096 != 0:
        ratio = unsafe_mul(ratio, 277268403626896220162999269216087595045) >> 128
    if magnitude & 8192 != 0:
        ratio = unsafe_mul(ratio, 225923453940442621947126027127485391333) >> 128
    if magnitude & 16384 != 0:
        ratio = unsafe_mul(ratio, 149997214084966997727330242082538205943) >> 128
    if magnitude & 32768 != 0:
        ratio = unsafe_mul(ratio, 66119101136024775622716233608466517926) >> 128
    if magnitude & 65536 != 0:
        ratio = unsafe_mul(ratio, 12847376061809297530290974190478138313) >> 128
    if magnitude & 131072 != 0:
        ratio = unsafe_mul(ratio, 485053260817066172746253684029974020) >> 128
    if magnitude & 262144 != 0:
        ratio = unsafe_mul(ratio, 691415978906521570653435304214168) >> 128
    if magnitude & 524288 != 0:
        ratio = unsafe_mul(ratio, 1404880482679654955896180642) >> 128
    if tick > 0:
        ratio = max_value(uint256) // ratio
    # Q128 to Q96, rounded up.
    return unsafe_add(ratio, 2**32 - 1) >> 32


@internal
@pure
def most_significant_bit(word: uint256) -> uint256:
    x: uint256 = word
    bit: uint256 = 0
    if x >= 2**128:
        x = x >> 128
        bit = 128
    if x >= 2**64:
        x = x >> 64
        bit = bit | 64
    if x >= 2**32:
        x = x >> 32
        bit = bit | 32
    if x >= 2**16:
        x = x >> 16
        bit = bit | 16
    if x >= 2**8:
        x = x >> 8
        bit = bit | 8
    if x >= 2**4:
        x = x >> 4
        bit = bit | 4
    if x >= 2**2:
        x = x >> 2
        bit = bit | 2
    if x >= 2:
        bit = bit | 1
    return bit


@internal
@pure
def tick_at_sqrt_price(price: uint256) -> int256:
    """
    @dev The greatest tick whose square-root price is not above `price`.
    """
    assert price >= MIN_SQRT_PRICE and price < MAX_SQRT_PRICE, "R"
    ratio: uint256 = price << 32
    msb: uint256 = self.most_significant_bit(ratio)
    r: uint256 = 0
    if msb >= 128:
        r = ratio >> unsafe_sub(msb, 127)
    else:
        r = ratio << unsafe_sub(127, msb)
    # log2 of the price in Q64: the whole part, then 14 bits of fraction by squaring.
    fraction: uint256 = 0
    for i: uint256 in range(14):
        r = unsafe_mul(r, r) >> 127
        above: uint256 = r >> 128
        fraction = fraction | (above << unsafe_sub(63, i))
        r = r >> above
    log2: int256 = unsafe_mul(unsafe_sub(convert(msb, int256), 128), 2**64)
    log2 = unsafe_add(log2, convert(fraction, int256))
    scaled: int256 = unsafe_mul(log2, LOG_SCALE)
    low: int256 = unsafe_sub(scaled, LOG_BELOW) >> 128
    high: int256 = unsafe_add(scaled, LOG_ABOVE) >> 128
    if low != high and self.sqrt_price_at_tick(high) <= price:
        return high
    return low
