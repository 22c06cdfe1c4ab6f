# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  An ERC-20 token for a development chain
@license MIT
@notice The owner mints at will: money of no worth. The supply goes to the deployer.
"""

from ethereum.ercs import IERC20

implements: IERC20

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    amount: uint256

decimals: public(immutable(uint8))
owner: public(immutable(address))

totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
name: public(String[32])
symbol: public(String[16])


@deploy
def __init__(name_: String[32], symbol_: String[16], decimals_: uint8, supply: uint256):
    self.name = name_
    self.symbol = symbol_
    decimals = decimals_
    owner = msg.sender
    self._mint(msg.sender, supply)


@external
def transfer(to: address, amount: uint256) -> bool:
    self._move(msg.sender, to, amount)
    return True


@external
def transferFrom(sender: address, to: address, amount: uint256) -> bool:
    allowed: uint256 = self.allowance[sender][msg.sender]
    if allowed != max_value(uint256):
        assert allowed >= amount, "allowance"
        self.allowance[sender][msg.sender] = unsafe_sub(allowed, amount)
    self._move(sender, to, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    log Approval(owner=msg.sender, spender=spender, amount=amount)
    return True


@external
def mint(to: address, amount: uint256):
    assert msg.sender == owner, "owner"
    self._mint(to, amount)


@internal
def _mint(to: address, amount: uint256):
    self.totalSupply += amount
    self.balanceOf[to] = unsafe_add(self.balanceOf[to], amount)
    log Transfer(sender=empty(address), receiver=to, amount=amount)


@internal
def _move(sender: address, to: address, amount: uint256):
    assert to != empty(address), "to"
    before: uint256 = self.balanceOf[sender]
    assert before >= amount, "balance"
    self.balanceOf[sender] = unsafe_sub(before, amount)
    self.balanceOf[to] = unsafe_add(self.balanceOf[to], amount)
    log Transfer(sender=sender, receiver=to, amount=amount)
