# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Swaps along a path of V3-shaped pools
@license MIT
@notice A path is token (20) | fee (3) | token (20) | ...; for exact outputs it begins with the token bought. The callback
        pays the pool, or, on the way back of an exact output, swaps in the pool before it.
"""

import payments

uses: payments

interface Pool:
    def swap(
        recipient: address,
        zeroForOne: bool,
        amountSpecified: int256,
        sqrtPriceLimitX96: uint160,
        data: Bytes[DATA_MAX],
    ) -> (int256, int256): nonpayable

interface Factory:
    def getPool(tokenA: address, tokenB: address, fee: uint24) -> address: view

HOP: constant(uint256) = 23
# Eight pools.
PATH_MAX: constant(uint256) = 20 + 8 * HOP
# abi_encode(path, payer): two words of head, length, path rounded up to words.
DATA_MAX: constant(uint256) = 32 * 3 + 224

LOWEST_PRICE: constant(uint160) = 4295128740
HIGHEST_PRICE: constant(uint160) = 1461446703485210103287273052203988822378723970341

pools: immutable(address)

# What the first pool of an exact output took.
cached_in: transient(uint256)


@deploy
def __init__(factory_: address):
    pools = factory_


@internal
@pure
def encoded(a: address, fee: uint24, b: address) -> Bytes[PATH_MAX]:
    return concat(convert(a, bytes20), convert(fee, bytes3), convert(b, bytes20))


@internal
@pure
def token_at(path: Bytes[PATH_MAX], at: uint256) -> address:
    return convert(convert(slice(path, at, 20), uint256), address)


@internal
@pure
def fee_at(path: Bytes[PATH_MAX], at: uint256) -> uint24:
    return convert(convert(slice(path, at, 3), uint256), uint24)


@internal
@view
def pool_of(a: address, b: address, fee: uint24) -> address:
    pool: address = staticcall Factory(pools).getPool(a, b, fee)
    assert pool != empty(address), "no pool"
    return pool


@internal
def exact_in_one(
    amount: uint256, recipient: address, limit: uint160, path: Bytes[PATH_MAX], payer: address
) -> uint256:
    """
    @dev Swaps through the first pool of the path.
    """
    token_in: address = self.token_at(path, 0)
    token_out: address = self.token_at(path, HOP)
    down: bool = convert(token_in, uint160) < convert(token_out, uint160)
    pool: address = self.pool_of(token_in, token_out, self.fee_at(path, 20))
    a: int256 = 0
    b: int256 = 0
    a, b = extcall Pool(pool).swap(
        recipient, down, convert(amount, int256), self._limit(limit, down), abi_encode(path, payer)
    )
    if down:
        return convert(-b, uint256)
    return convert(-a, uint256)


@internal
def exact_in(given: uint256, recipient: address, whole: Bytes[PATH_MAX], first_payer: address) -> uint256:
    amount: uint256 = given
    payer: address = first_payer
    path: Bytes[PATH_MAX] = whole
    assert len(path) >= 20 + HOP, "path"
    for _: uint256 in range(8):
        size: uint256 = len(path)
        if size < 20 + 2 * HOP:
            break
        amount = self.exact_in_one(amount, self, 0, slice(path, 0, 20 + HOP), payer)
        payer = self
        path = slice(path, HOP, size - HOP)
    return self.exact_in_one(amount, recipient, 0, path, payer)


@internal
def exact_out_one(
    amount: uint256, recipient: address, limit: uint160, path: Bytes[PATH_MAX], payer: address
) -> uint256:
    """
    @dev Buys from the first pool of the (reversed) path; the callback buys that pool's input. Answers what that pool took.
    """
    assert len(path) >= 20 + HOP, "path"
    token_out: address = self.token_at(path, 0)
    token_in: address = self.token_at(path, HOP)
    down: bool = convert(token_in, uint160) < convert(token_out, uint160)
    pool: address = self.pool_of(token_in, token_out, self.fee_at(path, 20))
    a: int256 = 0
    b: int256 = 0
    a, b = extcall Pool(pool).swap(
        recipient, down, -convert(amount, int256), self._limit(limit, down), abi_encode(path, payer)
    )
    taken: uint256 = 0
    got: uint256 = 0
    if down:
        taken = convert(a, uint256)
        got = convert(-b, uint256)
    else:
        taken = convert(b, uint256)
        got = convert(-a, uint256)
    if limit == 0:
        assert got == amount, "not filled"
    return taken


@external
def uniswapV3SwapCallback(amount0Delta: int256, amount1Delta: int256, data: Bytes[DATA_MAX]):
    assert amount0Delta > 0 or amount1Delta > 0
    path: Bytes[PATH_MAX] = b""
    payer: address = empty(address)
    path, payer = abi_decode(data, (Bytes[PATH_MAX], address))
    first: address = self.token_at(path, 0)
    second: address = self.token_at(path, HOP)
    assert msg.sender == self.pool_of(first, second, self.fee_at(path, 20)), "callback"

    # Exact input when the pool asks for the token the path begins with.
    owed: uint256 = 0
    exact_in: bool = convert(first, uint160) < convert(second, uint160)
    if amount0Delta > 0:
        owed = convert(amount0Delta, uint256)
    else:
        owed = convert(amount1Delta, uint256)
        exact_in = not exact_in
    if exact_in:
        payments.pay(first, payer, msg.sender, owed)
    elif len(path) >= 20 + 2 * HOP:
        self.exact_out_one(owed, msg.sender, 0, slice(path, HOP, len(path) - HOP), payer)
    else:
        self.cached_in = owed
        payments.pay(second, payer, msg.sender, owed)


@internal
@pure
def _limit(limit: uint160, down: bool) -> uint160:
    if limit != 0:
        return limit
    if down:
        return LOWEST_PRICE
    return HIGHEST_PRICE
