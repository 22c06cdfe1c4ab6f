# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Factory of V3-shaped pools
@license MIT
@notice One pool per pair of tokens and fee, at the CREATE2 address of (this factory, keccak(abi.encode(token0, token1, fee)),
        keccak(creation code of the pool)).
"""

event OwnerChanged:
    oldOwner: indexed(address)
    newOwner: indexed(address)

event PoolCreated:
    token0: indexed(address)
    token1: indexed(address)
    fee: indexed(uint24)
    tickSpacing: int24
    pool: address

event FeeAmountEnabled:
    fee: indexed(uint24)
    tickSpacing: indexed(int24)

# Holds the pools' creation code.
blueprint: public(immutable(address))

owner: public(address)
feeAmountTickSpacing: public(HashMap[uint24, int24])
getPool: public(HashMap[address, HashMap[address, HashMap[uint24, address]]])

# What the pool under construction asks for.
_token0: transient(address)
_token1: transient(address)
_fee: transient(uint24)
_spacing: transient(int24)


@deploy
def __init__(blueprint_: address):
    blueprint = blueprint_
    self.owner = msg.sender
    log OwnerChanged(oldOwner=empty(address), newOwner=msg.sender)
    self._enable(500, 10)
    self._enable(3000, 60)
    self._enable(10000, 200)


@external
@view
def parameters() -> (address, address, address, uint24, int24):
    return self, self._token0, self._token1, self._fee, self._spacing


@external
def createPool(tokenA: address, tokenB: address, fee: uint24) -> address:
    assert tokenA != tokenB
    token0: address = tokenA
    token1: address = tokenB
    if convert(tokenA, uint160) > convert(tokenB, uint160):
        token0 = tokenB
        token1 = tokenA
    assert token0 != empty(address)
    spacing: int24 = self.feeAmountTickSpacing[fee]
    assert spacing != 0
    assert self.getPool[token0][token1][fee] == empty(address)
    self._token0 = token0
    self._token1 = token1
    self._fee = fee
    self._spacing = spacing
    pool: address = create_from_blueprint(blueprint, salt=keccak256(abi_encode(token0, token1, fee)))
    self._token0 = empty(address)
    self._token1 = empty(address)
    self._fee = 0
    self._spacing = 0
    self.getPool[token0][token1][fee] = pool
    self.getPool[token1][token0][fee] = pool
    log PoolCreated(token0=token0, token1=token1, fee=fee, tickSpacing=spacing, pool=pool)
    return pool


@external
def setOwner(owner_: address):
    assert msg.sender == self.owner
    log OwnerChanged(oldOwner=self.owner, newOwner=owner_)
    self.owner = owner_


@external
def enableFeeAmount(fee: uint24, tickSpacing: int24):
    assert msg.sender == self.owner
    self._enable(fee, tickSpacing)


@internal
def _enable(fee: uint24, spacing: int24):
    assert fee < 1000000
    assert spacing > 0 and spacing < 16384
    assert self.feeAmountTickSpacing[fee] == 0
    self.feeAmountTickSpacing[fee] = spacing
    log FeeAmountEnabled(fee=fee, tickSpacing=spacing)
