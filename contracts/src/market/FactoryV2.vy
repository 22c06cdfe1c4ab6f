# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Factory of V2-shaped pairs
@license MIT
@notice One pair per two tokens, at the CREATE2 address of (this factory, keccak(token0, token1), keccak(creation code of the
        pair)). All pairs of a factory charge the same swap fee.
"""

interface Pair:
    def initialize(token0_: address, token1_: address): nonpayable

event PairCreated:
    token0: indexed(address)
    token1: indexed(address)
    pair: address
    count: uint256

# Holds the pairs' creation code.
blueprint: public(immutable(address))
# Basis points; 30 is Uniswap's fee, 25 Pancake's.
swapFeeBps: public(immutable(uint256))

feeTo: public(address)
feeToSetter: public(address)
getPair: public(HashMap[address, HashMap[address, address]])
allPairs: public(HashMap[uint256, address])
allPairsLength: public(uint256)


@deploy
def __init__(blueprint_: address, swapFeeBps_: uint256, feeToSetter_: address):
    assert swapFeeBps_ < 10000, "fee"
    blueprint = blueprint_
    swapFeeBps = swapFeeBps_
    self.feeToSetter = feeToSetter_


@external
def createPair(tokenA: address, tokenB: address) -> address:
    assert tokenA != tokenB, "IDENTICAL_ADDRESSES"
    token0: address = tokenA
    token1: address = tokenB
    if convert(tokenA, uint160) > convert(tokenB, uint160):
        token0 = tokenB
        token1 = tokenA
    assert token0 != empty(address), "ZERO_ADDRESS"
    assert self.getPair[token0][token1] == empty(address), "PAIR_EXISTS"
    salt: bytes32 = keccak256(concat(convert(token0, bytes20), convert(token1, bytes20)))
    pair: address = create_from_blueprint(blueprint, salt=salt)
    extcall Pair(pair).initialize(token0, token1)
    self.getPair[token0][token1] = pair
    self.getPair[token1][token0] = pair
    count: uint256 = self.allPairsLength
    self.allPairs[count] = pair
    self.allPairsLength = count + 1
    log PairCreated(token0=token0, token1=token1, pair=pair, count=count + 1)
    return pair


@external
def setFeeTo(feeTo_: address):
    assert msg.sender == self.feeToSetter, "FORBIDDEN"
    self.feeTo = feeTo_


@external
def setFeeToSetter(feeToSetter_: address):
    assert msg.sender == self.feeToSetter, "FORBIDDEN"
    self.feeToSetter = feeToSetter_
