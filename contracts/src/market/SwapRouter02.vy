# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Router over V2- and V3-shaped pools, with the functions of Uniswap's SwapRouter02
@license MIT
@notice No deadlines but that of `multicall`. An exact input of zero means all that the router holds; recipient 1 means the
        caller, recipient 2 the router.
"""

import payments
import v2_paths
import v3_paths

initializes: payments
initializes: v2_paths
initializes: v3_paths[payments := payments]

exports: v3_paths.uniswapV3SwapCallback

struct ExactInputSingle:
    tokenIn: address
    tokenOut: address
    fee: uint24
    recipient: address
    amountIn: uint256
    amountOutMinimum: uint256
    sqrtPriceLimitX96: uint160

struct ExactInput:
    path: Bytes[PATH_MAX]
    recipient: address
    amountIn: uint256
    amountOutMinimum: uint256

struct ExactOutputSingle:
    tokenIn: address
    tokenOut: address
    fee: uint24
    recipient: address
    amountOut: uint256
    amountInMaximum: uint256
    sqrtPriceLimitX96: uint160

struct ExactOutput:
    path: Bytes[PATH_MAX]
    recipient: address
    amountOut: uint256
    amountInMaximum: uint256

PATH_MAX: constant(uint256) = 204
TOKENS_MAX: constant(uint256) = 9
CALLS_MAX: constant(uint256) = 8
CALL_MAX: constant(uint256) = 1024

factoryV2: public(immutable(address))
factory: public(immutable(address))
positionManager: public(immutable(address))
WETH9: public(immutable(address))


@deploy
def __init__(factoryV2_: address, factoryV3_: address, positionManager_: address, weth_: address):
    payments.__init__(weth_)
    v2_paths.__init__(factoryV2_)
    v3_paths.__init__(factoryV3_)
    factoryV2 = factoryV2_
    factory = factoryV3_
    positionManager = positionManager_
    WETH9 = weth_


@external
@payable
def __default__():
    assert msg.sender == WETH9, "Not WETH9"


@external
@payable
def exactInputSingle(params: ExactInputSingle) -> uint256:
    payer: address = msg.sender
    amount: uint256 = params.amountIn
    if amount == 0:
        payer = self
        amount = payments.held(params.tokenIn)
    path: Bytes[PATH_MAX] = v3_paths.encoded(params.tokenIn, params.fee, params.tokenOut)
    out: uint256 = v3_paths.exact_in_one(
        amount, self._recipient(params.recipient), params.sqrtPriceLimitX96, path, payer
    )
    assert out >= params.amountOutMinimum, "Too little received"
    return out


@external
@payable
def exactInput(params: ExactInput) -> uint256:
    payer: address = msg.sender
    amount: uint256 = params.amountIn
    if amount == 0:
        payer = self
        amount = payments.held(v3_paths.token_at(params.path, 0))
    out: uint256 = v3_paths.exact_in(amount, self._recipient(params.recipient), params.path, payer)
    assert out >= params.amountOutMinimum, "Too little received"
    return out


@external
@payable
def exactOutputSingle(params: ExactOutputSingle) -> uint256:
    path: Bytes[PATH_MAX] = v3_paths.encoded(params.tokenOut, params.fee, params.tokenIn)
    taken: uint256 = v3_paths.exact_out_one(
        params.amountOut, self._recipient(params.recipient), params.sqrtPriceLimitX96, path, msg.sender
    )
    assert taken <= params.amountInMaximum, "Too much requested"
    return taken


@external
@payable
def exactOutput(params: ExactOutput) -> uint256:
    v3_paths.exact_out_one(params.amountOut, self._recipient(params.recipient), 0, params.path, msg.sender)
    taken: uint256 = v3_paths.cached_in
    assert taken <= params.amountInMaximum, "Too much requested"
    return taken


@external
@payable
def swapExactTokensForTokens(
    amountIn: uint256, amountOutMin: uint256, path: DynArray[address, TOKENS_MAX], to: address
) -> uint256:
    pair: address = v2_paths.pair_of(path[0], path[1])
    if amountIn == 0:
        payments.send_token(path[0], pair, payments.held(path[0]))
    else:
        payments.pay(path[0], msg.sender, pair, amountIn)
    receiver: address = self._recipient(to)
    last: address = path[len(path) - 1]
    before: uint256 = staticcall v2_paths.Token(last).balanceOf(receiver)
    v2_paths.swap_arriving(path, receiver)
    out: uint256 = staticcall v2_paths.Token(last).balanceOf(receiver) - before
    assert out >= amountOutMin, "Too little received"
    return out


@external
@payable
def swapTokensForExactTokens(
    amountOut: uint256, amountInMax: uint256, path: DynArray[address, TOKENS_MAX], to: address
) -> uint256:
    amounts: DynArray[uint256, TOKENS_MAX] = v2_paths.amounts_in(amountOut, path)
    assert amounts[0] <= amountInMax, "Too much requested"
    payments.pay(path[0], msg.sender, v2_paths.pair_of(path[0], path[1]), amounts[0])
    v2_paths.swap_arriving(path, self._recipient(to))
    return amounts[0]


@external
@payable
def multicall(deadline: uint256, data: DynArray[Bytes[CALL_MAX], CALLS_MAX]) -> DynArray[Bytes[CALL_MAX], CALLS_MAX]:
    assert block.timestamp <= deadline, "Transaction too old"
    results: DynArray[Bytes[CALL_MAX], CALLS_MAX] = []
    for call: Bytes[CALL_MAX] in data:
        results.append(raw_call(self, call, max_outsize=CALL_MAX, is_delegate_call=True))
    return results


@external
@payable
def unwrapWETH9(amountMinimum: uint256, recipient: address):
    payments.unwrap_all(amountMinimum, recipient)


@external
@payable
def sweepToken(token: address, amountMinimum: uint256, recipient: address):
    payments.sweep_all(token, amountMinimum, recipient)


@external
@payable
def refundETH():
    payments.send_native(msg.sender, self.balance)


@external
@payable
def wrapETH(amount: uint256):
    payments.wrap(amount)


@external
@payable
def pull(token: address, amount: uint256):
    payments.take_token(token, msg.sender, self, amount)


@internal
@view
def _recipient(recipient: address) -> address:
    if recipient == 0x0000000000000000000000000000000000000001:
        return msg.sender
    if recipient == 0x0000000000000000000000000000000000000002:
        return self
    return recipient
