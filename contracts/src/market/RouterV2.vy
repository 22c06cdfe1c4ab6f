# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Router over V2-shaped pairs, with the functions of Uniswap's V2 router 02
@license MIT
@notice Paths of two to nine tokens. Liquidity is added and removed for tokens; ether goes in wrapped.
"""

import payments
import v2_paths

initializes: payments
initializes: v2_paths

interface Factory:
    def getPair(tokenA: address, tokenB: address) -> address: view
    def createPair(tokenA: address, tokenB: address) -> address: nonpayable

interface Pair:
    def mint(to: address) -> uint256: nonpayable
    def burn(to: address) -> (uint256, uint256): nonpayable

TOKENS_MAX: constant(uint256) = 9

factory: public(immutable(address))
WETH: public(immutable(address))


@deploy
def __init__(factory_: address, weth_: address):
    payments.__init__(weth_)
    v2_paths.__init__(factory_)
    factory = factory_
    WETH = weth_


@external
@payable
def __default__():
    assert msg.sender == WETH, "native"


# ---- quotes


@external
@view
def getAmountsOut(amountIn: uint256, path: DynArray[address, TOKENS_MAX]) -> DynArray[uint256, TOKENS_MAX]:
    return v2_paths.amounts_out(amountIn, path)


@external
@view
def getAmountsIn(amountOut: uint256, path: DynArray[address, TOKENS_MAX]) -> DynArray[uint256, TOKENS_MAX]:
    return v2_paths.amounts_in(amountOut, path)


@external
@pure
def quote(amountA: uint256, reserveA: uint256, reserveB: uint256) -> uint256:
    return self._quote(amountA, reserveA, reserveB)


# ---- swaps


@external
def swapExactTokensForTokens(
    amountIn: uint256, amountOutMin: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
) -> DynArray[uint256, TOKENS_MAX]:
    amounts: DynArray[uint256, TOKENS_MAX] = self._given(amountIn, amountOutMin, path, deadline)
    payments.take_token(path[0], msg.sender, v2_paths.pair_of(path[0], path[1]), amounts[0])
    v2_paths.swap_fixed(amounts, path, to)
    return amounts


@external
def swapTokensForExactTokens(
    amountOut: uint256, amountInMax: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
) -> DynArray[uint256, TOKENS_MAX]:
    amounts: DynArray[uint256, TOKENS_MAX] = self._wanted(amountOut, amountInMax, path, deadline)
    payments.take_token(path[0], msg.sender, v2_paths.pair_of(path[0], path[1]), amounts[0])
    v2_paths.swap_fixed(amounts, path, to)
    return amounts


@external
@payable
def swapExactETHForTokens(
    amountOutMin: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
) -> DynArray[uint256, TOKENS_MAX]:
    assert path[0] == WETH, "INVALID_PATH"
    amounts: DynArray[uint256, TOKENS_MAX] = self._given(msg.value, amountOutMin, path, deadline)
    self._pay_wrapped(amounts[0], path)
    v2_paths.swap_fixed(amounts, path, to)
    return amounts


@external
@payable
def swapETHForExactTokens(
    amountOut: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
) -> DynArray[uint256, TOKENS_MAX]:
    assert path[0] == WETH, "INVALID_PATH"
    amounts: DynArray[uint256, TOKENS_MAX] = self._wanted(amountOut, msg.value, path, deadline)
    self._pay_wrapped(amounts[0], path)
    v2_paths.swap_fixed(amounts, path, to)
    payments.send_native(msg.sender, msg.value - amounts[0])
    return amounts


@external
def swapExactTokensForETH(
    amountIn: uint256, amountOutMin: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
) -> DynArray[uint256, TOKENS_MAX]:
    assert path[len(path) - 1] == WETH, "INVALID_PATH"
    amounts: DynArray[uint256, TOKENS_MAX] = self._given(amountIn, amountOutMin, path, deadline)
    self._swap_to_native(amounts, path, to)
    return amounts


@external
def swapTokensForExactETH(
    amountOut: uint256, amountInMax: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
) -> DynArray[uint256, TOKENS_MAX]:
    assert path[len(path) - 1] == WETH, "INVALID_PATH"
    amounts: DynArray[uint256, TOKENS_MAX] = self._wanted(amountOut, amountInMax, path, deadline)
    self._swap_to_native(amounts, path, to)
    return amounts


@external
def swapExactTokensForTokensSupportingFeeOnTransferTokens(
    amountIn: uint256, amountOutMin: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
):
    assert deadline >= block.timestamp, "EXPIRED"
    payments.take_token(path[0], msg.sender, v2_paths.pair_of(path[0], path[1]), amountIn)
    self._swap_arriving(path, to, amountOutMin)


@external
@payable
def swapExactETHForTokensSupportingFeeOnTransferTokens(
    amountOutMin: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
):
    assert deadline >= block.timestamp, "EXPIRED"
    assert path[0] == WETH, "INVALID_PATH"
    self._pay_wrapped(msg.value, path)
    self._swap_arriving(path, to, amountOutMin)


@external
def swapExactTokensForETHSupportingFeeOnTransferTokens(
    amountIn: uint256, amountOutMin: uint256, path: DynArray[address, TOKENS_MAX], to: address, deadline: uint256
):
    assert deadline >= block.timestamp, "EXPIRED"
    assert path[len(path) - 1] == WETH, "INVALID_PATH"
    payments.take_token(path[0], msg.sender, v2_paths.pair_of(path[0], path[1]), amountIn)
    v2_paths.swap_arriving(path, self)
    amount: uint256 = payments.held(WETH)
    assert amount >= amountOutMin, "INSUFFICIENT_OUTPUT_AMOUNT"
    payments.unwrap(amount)
    payments.send_native(to, amount)


# ---- liquidity


@external
def addLiquidity(
    tokenA: address,
    tokenB: address,
    amountADesired: uint256,
    amountBDesired: uint256,
    amountAMin: uint256,
    amountBMin: uint256,
    to: address,
    deadline: uint256,
) -> (uint256, uint256, uint256):
    assert deadline >= block.timestamp, "EXPIRED"
    pair: address = staticcall Factory(factory).getPair(tokenA, tokenB)
    if pair == empty(address):
        pair = extcall Factory(factory).createPair(tokenA, tokenB)
    a: uint256 = amountADesired
    b: uint256 = amountBDesired
    reserve_a: uint256 = 0
    reserve_b: uint256 = 0
    reserve_a, reserve_b = v2_paths.reserves(pair, tokenA, tokenB)
    if reserve_a != 0 or reserve_b != 0:
        b = self._quote(amountADesired, reserve_a, reserve_b)
        if b > amountBDesired:
            b = amountBDesired
            a = self._quote(amountBDesired, reserve_b, reserve_a)
            assert a <= amountADesired
        assert a >= amountAMin, "INSUFFICIENT_A_AMOUNT"
        assert b >= amountBMin, "INSUFFICIENT_B_AMOUNT"
    payments.take_token(tokenA, msg.sender, pair, a)
    payments.take_token(tokenB, msg.sender, pair, b)
    return a, b, extcall Pair(pair).mint(to)


@external
def removeLiquidity(
    tokenA: address,
    tokenB: address,
    liquidity: uint256,
    amountAMin: uint256,
    amountBMin: uint256,
    to: address,
    deadline: uint256,
) -> (uint256, uint256):
    assert deadline >= block.timestamp, "EXPIRED"
    pair: address = v2_paths.pair_of(tokenA, tokenB)
    payments.take_token(pair, msg.sender, pair, liquidity)
    amount0: uint256 = 0
    amount1: uint256 = 0
    amount0, amount1 = extcall Pair(pair).burn(to)
    a: uint256 = amount0
    b: uint256 = amount1
    if convert(tokenA, uint160) > convert(tokenB, uint160):
        a = amount1
        b = amount0
    assert a >= amountAMin, "INSUFFICIENT_A_AMOUNT"
    assert b >= amountBMin, "INSUFFICIENT_B_AMOUNT"
    return a, b


# ---- small things


@internal
@pure
def _quote(amount: uint256, reserve_a: uint256, reserve_b: uint256) -> uint256:
    assert amount > 0, "INSUFFICIENT_AMOUNT"
    assert reserve_a > 0 and reserve_b > 0, "INSUFFICIENT_LIQUIDITY"
    return amount * reserve_b // reserve_a


@internal
@view
def _given(
    amount: uint256, minimum: uint256, path: DynArray[address, TOKENS_MAX], deadline: uint256
) -> DynArray[uint256, TOKENS_MAX]:
    assert deadline >= block.timestamp, "EXPIRED"
    amounts: DynArray[uint256, TOKENS_MAX] = v2_paths.amounts_out(amount, path)
    assert amounts[len(amounts) - 1] >= minimum, "INSUFFICIENT_OUTPUT_AMOUNT"
    return amounts


@internal
@view
def _wanted(
    amount: uint256, maximum: uint256, path: DynArray[address, TOKENS_MAX], deadline: uint256
) -> DynArray[uint256, TOKENS_MAX]:
    assert deadline >= block.timestamp, "EXPIRED"
    amounts: DynArray[uint256, TOKENS_MAX] = v2_paths.amounts_in(amount, path)
    assert amounts[0] <= maximum, "EXCESSIVE_INPUT_AMOUNT"
    return amounts


@internal
def _pay_wrapped(amount: uint256, path: DynArray[address, TOKENS_MAX]):
    payments.wrap(amount)
    payments.send_token(WETH, v2_paths.pair_of(path[0], path[1]), amount)


@internal
def _swap_to_native(amounts: DynArray[uint256, TOKENS_MAX], path: DynArray[address, TOKENS_MAX], to: address):
    payments.take_token(path[0], msg.sender, v2_paths.pair_of(path[0], path[1]), amounts[0])
    v2_paths.swap_fixed(amounts, path, self)
    out: uint256 = amounts[len(amounts) - 1]
    payments.unwrap(out)
    payments.send_native(to, out)


@internal
def _swap_arriving(path: DynArray[address, TOKENS_MAX], to: address, minimum: uint256):
    before: uint256 = staticcall v2_paths.Token(path[len(path) - 1]).balanceOf(to)
    v2_paths.swap_arriving(path, to)
    after: uint256 = staticcall v2_paths.Token(path[len(path) - 1]).balanceOf(to)
    assert after - before >= minimum, "INSUFFICIENT_OUTPUT_AMOUNT"
