# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Router over V3-shaped pools, with the functions of Uniswap's V3 SwapRouter
@license MIT
@notice Paths of up to eight pools; `multicall` of up to eight calls of 1,024 bytes.
"""

import payments
import v3_paths

initializes: payments
initializes: v3_paths[payments := payments]

exports: v3_paths.uniswapV3SwapCallback

struct ExactInputSingle:
    tokenIn: address
    tokenOut: address
    fee: uint24
    recipient: address
    deadline: uint256
    amountIn: uint256
    amountOutMinimum: uint256
    sqrtPriceLimitX96: uint160

struct ExactInput:
    path: Bytes[PATH_MAX]
    recipient: address
    deadline: uint256
    amountIn: uint256
    amountOutMinimum: uint256

struct ExactOutputSingle:
    tokenIn: address
    tokenOut: address
    fee: uint24
    recipient: address
    deadline: uint256
    amountOut: uint256
    amountInMaximum: uint256
    sqrtPriceLimitX96: uint160

struct ExactOutput:
    path: Bytes[PATH_MAX]
    recipient: address
    deadline: uint256
    amountOut: uint256
    amountInMaximum: uint256

PATH_MAX: constant(uint256) = 204
CALLS_MAX: constant(uint256) = 8
CALL_MAX: constant(uint256) = 1024

factory: public(immutable(address))
WETH9: public(immutable(address))


@deploy
def __init__(factory_: address, weth_: address):
    payments.__init__(weth_)
    v3_paths.__init__(factory_)
    factory = factory_
    WETH9 = weth_


@external
@payable
def __default__():
    assert msg.sender == WETH9, "Not WETH9"


@external
@payable
def exactInputSingle(params: ExactInputSingle) -> uint256:
    assert block.timestamp <= params.deadline, "Transaction too old"
    path: Bytes[PATH_MAX] = v3_paths.encoded(params.tokenIn, params.fee, params.tokenOut)
    out: uint256 = v3_paths.exact_in_one(
        params.amountIn, self._recipient(params.recipient), params.sqrtPriceLimitX96, path, msg.sender
    )
    assert out >= params.amountOutMinimum, "Too little received"
    return out


@external
@payable
def exactInput(params: ExactInput) -> uint256:
    assert block.timestamp <= params.deadline, "Transaction too old"
    out: uint256 = v3_paths.exact_in(params.amountIn, self._recipient(params.recipient), params.path, msg.sender)
    assert out >= params.amountOutMinimum, "Too little received"
    return out


@external
@payable
def exactOutputSingle(params: ExactOutputSingle) -> uint256:
    assert block.timestamp <= params.deadline, "Transaction too old"
    path: Bytes[PATH_MAX] = v3_paths.encoded(params.tokenOut, params.fee, params.tokenIn)
    taken: uint256 = v3_paths.exact_out_one(
        params.amountOut, self._recipient(params.recipient), params.sqrtPriceLimitX96, path, msg.sender
    )
    assert taken <= params.amountInMaximum, "Too much requested"
    return taken


@external
@payable
def exactOutput(params: ExactOutput) -> uint256:
    assert block.timestamp <= params.deadline, "Transaction too old"
    v3_paths.exact_out_one(params.amountOut, self._recipient(params.recipient), 0, params.path, msg.sender)
    taken: uint256 = v3_paths.cached_in
    assert taken <= params.amountInMaximum, "Too much requested"
    return taken


@external
@payable
def multicall(data: DynArray[Bytes[CALL_MAX], CALLS_MAX]) -> DynArray[Bytes[CALL_MAX], CALLS_MAX]:
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


@internal
@view
def _recipient(recipient: address) -> address:
    if recipient == empty(address):
        return self
    return recipient
