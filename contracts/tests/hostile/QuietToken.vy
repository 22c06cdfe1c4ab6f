# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A token whose transfer, transferFrom and approve return nothing, as the oldest stablecoin does. For tests.
"""
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


@deploy
def __init__():
    self.balanceOf[msg.sender] = 10**30


@external
def transfer(to: address, amount: uint256):
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[to] += amount


@external
def transferFrom(source: address, to: address, amount: uint256):
    self.allowance[source][msg.sender] -= amount
    self.balanceOf[source] -= amount
    self.balanceOf[to] += amount


@external
def approve(spender: address, amount: uint256):
    self.allowance[msg.sender][spender] = amount
