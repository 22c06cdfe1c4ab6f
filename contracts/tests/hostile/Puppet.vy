# pragma version 0.4.3
# pragma evm-version cancun
"""
@title  A contract that does what a test told it beforehand, whenever it is called as pool, callback, token or builder.
@notice Steps: (kind, target, payload). Kind 0 calls target with payload. Kinds 1 to 4 call target's callback of that kind
        (uniswapV2Call, pancakeCall, uniswapV3SwapCallback, pancakeV3SwapCallback) with the data that swap was given.
        Kind 5 calls target.play(data) so that an accomplice answers for us.
        It is V2-shaped; the tests make the V3-shaped one by exchanging the line of `def swap`.
"""

interface Callee:
    def uniswapV2Call(sender: address, amount0: uint256, amount1: uint256, data: Bytes[2048]): nonpayable
    def pancakeCall(sender: address, amount0: uint256, amount1: uint256, data: Bytes[2048]): nonpayable
    def uniswapV3SwapCallback(amount0: int256, amount1: int256, data: Bytes[2048]): nonpayable
    def pancakeV3SwapCallback(amount0: int256, amount1: int256, data: Bytes[2048]): nonpayable
    def play(data: Bytes[2048]): nonpayable

struct Step:
    kind: uint256
    target: address
    payload: Bytes[2048]

steps: DynArray[Step, 8]
balances: public(HashMap[address, uint256])
# What balanceOf answers for everyone when it is not zero.
lie: public(uint256)
answer: public(bool)


@deploy
@payable
def __init__():
    self.answer = True


# A builder that is paid, or a token asked for something else.
@external
@payable
def __default__():
    self._play(b"")


@external
def learn(kind: uint256, target: address, payload: Bytes[2048]):
    self.steps.append(Step(kind=kind, target=target, payload=payload))


@external
def forget():
    self.steps = []


@external
def pretend(lie: uint256, answer: bool):
    self.lie = lie
    self.answer = answer


@external
@payable
def act(target: address, payload: Bytes[2048]):
    raw_call(target, payload, value=msg.value)


@external
def play(data: Bytes[2048]):
    self._play(data)


@external
def swap(amount0Out: uint256, amount1Out: uint256, to: address, data: Bytes[2048]):
    self._play(data)


@external
@view
def balanceOf(account: address) -> uint256:
    if self.lie != 0:
        return self.lie
    return self.balances[account]


@external
def transfer(to: address, amount: uint256) -> bool:
    self._play(b"")
    return self.answer


@internal
def _play(data: Bytes[2048]):
    for step: Step in self.steps:
        if step.kind == 0:
            raw_call(step.target, step.payload)
        elif step.kind == 1:
            extcall Callee(step.target).uniswapV2Call(self, 0, 1, data)
        elif step.kind == 2:
            extcall Callee(step.target).pancakeCall(self, 0, 1, data)
        elif step.kind == 3:
            extcall Callee(step.target).uniswapV3SwapCallback(1, -1, data)
        elif step.kind == 4:
            extcall Callee(step.target).pancakeV3SwapCallback(1, -1, data)
        elif step.kind == 5:
            extcall Callee(step.target).play(data)
