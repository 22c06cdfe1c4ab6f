# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Keeper of V3 positions
@license MIT
@notice `createAndInitializePoolIfNecessary` and `mint` are those of Uniswap's NonfungiblePositionManager; a position is a number
        and an owner, not a token that can be passed on. `remove` takes liquidity out and pays it with its fees.
"""

import full_math
import tick_math

interface Token:
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

interface Pool:
    def initialize(sqrtPriceX96: uint160): nonpayable
    def slot0() -> (uint160, int24, uint16, uint16, uint16, uint8, bool): view
    def mint(
        recipient: address, tickLower: int24, tickUpper: int24, amount: uint128, data: Bytes[96]
    ) -> (uint256, uint256): nonpayable
    def burn(tickLower: int24, tickUpper: int24, amount: uint128) -> (uint256, uint256): nonpayable
    def collect(
        recipient: address, tickLower: int24, tickUpper: int24, amount0Requested: uint128, amount1Requested: uint128
    ) -> (uint128, uint128): nonpayable

interface Factory:
    def getPool(tokenA: address, tokenB: address, fee: uint24) -> address: view
    def createPool(tokenA: address, tokenB: address, fee: uint24) -> address: nonpayable

event IncreaseLiquidity:
    tokenId: indexed(uint256)
    liquidity: uint128
    amount0: uint256
    amount1: uint256

event DecreaseLiquidity:
    tokenId: indexed(uint256)
    liquidity: uint128
    amount0: uint256
    amount1: uint256

struct MintParams:
    token0: address
    token1: address
    fee: uint24
    tickLower: int24
    tickUpper: int24
    amount0Desired: uint256
    amount1Desired: uint256
    amount0Min: uint256
    amount1Min: uint256
    recipient: address
    deadline: uint256

struct Held:
    owner: address
    pool: address
    tickLower: int24
    tickUpper: int24
    liquidity: uint128

Q96: constant(uint256) = 2**96

factory: public(immutable(address))

count: public(uint256)
held: public(HashMap[uint256, Held])

# The pool whose callback is awaited, the account that pays it, and what with.
_pool: transient(address)


@deploy
def __init__(factory_: address):
    factory = factory_


@external
def createAndInitializePoolIfNecessary(token0: address, token1: address, fee: uint24, sqrtPriceX96: uint160) -> address:
    assert convert(token0, uint160) < convert(token1, uint160)
    pool: address = staticcall Factory(factory).getPool(token0, token1, fee)
    if pool == empty(address):
        pool = extcall Factory(factory).createPool(token0, token1, fee)
    if self._price(pool) == 0:
        extcall Pool(pool).initialize(sqrtPriceX96)
    return pool


@external
def mint(params: MintParams) -> (uint256, uint128, uint256, uint256):
    assert block.timestamp <= params.deadline, "Transaction too old"
    pool: address = staticcall Factory(factory).getPool(params.token0, params.token1, params.fee)
    liquidity: uint128 = self._liquidity(
        self._price(pool),
        tick_math.sqrt_price_at_tick(convert(params.tickLower, int256)),
        tick_math.sqrt_price_at_tick(convert(params.tickUpper, int256)),
        params.amount0Desired,
        params.amount1Desired,
    )
    amount0: uint256 = 0
    amount1: uint256 = 0
    self._pool = pool
    data: Bytes[96] = abi_encode(params.token0, params.token1, msg.sender)
    amount0, amount1 = extcall Pool(pool).mint(self, params.tickLower, params.tickUpper, liquidity, data)
    self._pool = empty(address)
    assert amount0 >= params.amount0Min and amount1 >= params.amount1Min, "Price slippage check"
    number: uint256 = self.count + 1
    self.count = number
    self.held[number] = Held(
        owner=params.recipient,
        pool=pool,
        tickLower=params.tickLower,
        tickUpper=params.tickUpper,
        liquidity=liquidity,
    )
    log IncreaseLiquidity(tokenId=number, liquidity=liquidity, amount0=amount0, amount1=amount1)
    return number, liquidity, amount0, amount1


@external
def remove(tokenId: uint256, liquidity: uint128, to: address) -> (uint256, uint256):
    """
    @notice Burns `liquidity` of a position and pays `to` what it frees. Fees of a range are shared by the positions that this
            contract keeps in it: the first to remove is paid them.
    """
    row: Held = self.held[tokenId]
    assert msg.sender == row.owner, "Not approved"
    self.held[tokenId].liquidity = row.liquidity - liquidity
    extcall Pool(row.pool).burn(row.tickLower, row.tickUpper, liquidity)
    amount0: uint128 = 0
    amount1: uint128 = 0
    amount0, amount1 = extcall Pool(row.pool).collect(
        to, row.tickLower, row.tickUpper, max_value(uint128), max_value(uint128)
    )
    wide0: uint256 = convert(amount0, uint256)
    wide1: uint256 = convert(amount1, uint256)
    log DecreaseLiquidity(tokenId=tokenId, liquidity=liquidity, amount0=wide0, amount1=wide1)
    return wide0, wide1


@external
def uniswapV3MintCallback(amount0Owed: uint256, amount1Owed: uint256, data: Bytes[96]):
    assert msg.sender == self._pool, "callback"
    token0: address = empty(address)
    token1: address = empty(address)
    payer: address = empty(address)
    token0, token1, payer = abi_decode(data, (address, address, address))
    if amount0Owed > 0:
        assert extcall Token(token0).transferFrom(payer, msg.sender, amount0Owed, default_return_value=True), "STF"
    if amount1Owed > 0:
        assert extcall Token(token1).transferFrom(payer, msg.sender, amount1Owed, default_return_value=True), "STF"


@internal
@view
def _price(pool: address) -> uint256:
    price: uint160 = 0
    tick: int24 = 0
    a: uint16 = 0
    b: uint16 = 0
    c: uint16 = 0
    d: uint8 = 0
    e: bool = False
    price, tick, a, b, c, d, e = staticcall Pool(pool).slot0()
    return convert(price, uint256)


@internal
@pure
def _liquidity(price: uint256, low: uint256, high: uint256, amount0: uint256, amount1: uint256) -> uint128:
    """
    @dev The most liquidity that both amounts pay for.
    """
    if price <= low:
        return convert(self._of_amount0(low, high, amount0), uint128)
    if price >= high:
        return convert(self._of_amount1(low, high, amount1), uint128)
    return convert(min(self._of_amount0(price, high, amount0), self._of_amount1(low, price, amount1)), uint128)


@internal
@pure
def _of_amount0(low: uint256, high: uint256, amount: uint256) -> uint256:
    return full_math.mul_div(amount, full_math.mul_div(low, high, Q96), high - low)


@internal
@pure
def _of_amount1(low: uint256, high: uint256, amount: uint256) -> uint256:
    return full_math.mul_div(amount, Q96, high - low)
