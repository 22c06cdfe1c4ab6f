# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Wrapped ether with WETH9's functions and events
@license MIT
"""

event Approval:
    src: indexed(address)
    guy: indexed(address)
    wad: uint256

event Transfer:
    src: indexed(address)
    dst: indexed(address)
    wad: uint256

event Deposit:
    dst: indexed(address)
    wad: uint256

event Withdrawal:
    src: indexed(address)
    wad: uint256

name: public(constant(String[13])) = "Wrapped Ether"
symbol: public(constant(String[4])) = "WETH"
decimals: public(constant(uint8)) = 18

balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


@external
@payable
def __default__():
    self._deposit(msg.value)


@external
@payable
def deposit():
    self._deposit(msg.value)


@external
def withdraw(wad: uint256):
    before: uint256 = self.balanceOf[msg.sender]
    assert before >= wad, "balance"
    self.balanceOf[msg.sender] = unsafe_sub(before, wad)
    # With the 2,300 gas of a plain transfer, as WETH9 pays.
    send(msg.sender, wad)
    log Withdrawal(src=msg.sender, wad=wad)


@external
@view
def totalSupply() -> uint256:
    return self.balance


@external
def approve(guy: address, wad: uint256) -> bool:
    self.allowance[msg.sender][guy] = wad
    log Approval(src=msg.sender, guy=guy, wad=wad)
    return True


@external
def transfer(dst: address, wad: uint256) -> bool:
    self._move(msg.sender, dst, wad)
    return True


@external
def transferFrom(src: address, dst: address, wad: uint256) -> bool:
    if src != msg.sender:
        allowed: uint256 = self.allowance[src][msg.sender]
        if allowed != max_value(uint256):
            assert allowed >= wad, "allowance"
            self.allowance[src][msg.sender] = unsafe_sub(allowed, wad)
    self._move(src, dst, wad)
    return True


@internal
def _deposit(wad: uint256):
    self.balanceOf[msg.sender] = unsafe_add(self.balanceOf[msg.sender], wad)
    log Deposit(dst=msg.sender, wad=wad)


@internal
def _move(src: address, dst: address, wad: uint256):
    before: uint256 = self.balanceOf[src]
    assert before >= wad, "balance"
    self.balanceOf[src] = unsafe_sub(before, wad)
    self.balanceOf[dst] = unsafe_add(self.balanceOf[dst], wad)
    log Transfer(src=src, dst=dst, wad=wad)
