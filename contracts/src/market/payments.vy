# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  How a router takes and gives tokens and ether
@license MIT
"""

interface Token:
    def balanceOf(account: address) -> uint256: view
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

interface WrappedNative:
    def deposit(): payable
    def withdraw(wad: uint256): nonpayable

weth: immutable(address)


@deploy
def __init__(weth_: address):
    weth = weth_


@internal
def send_token(token: address, to: address, amount: uint256):
    assert extcall Token(token).transfer(to, amount, default_return_value=True), "ST"


@internal
def take_token(token: address, payer: address, to: address, amount: uint256):
    assert extcall Token(token).transferFrom(payer, to, amount, default_return_value=True), "STF"


@internal
def send_native(to: address, amount: uint256):
    if amount != 0:
        raw_call(to, b"", value=amount)


@internal
def wrap(amount: uint256):
    extcall WrappedNative(weth).deposit(value=amount)


@internal
def unwrap(amount: uint256):
    extcall WrappedNative(weth).withdraw(amount)


@internal
@view
def held(token: address) -> uint256:
    return staticcall Token(token).balanceOf(self)


@internal
def pay(token: address, payer: address, to: address, amount: uint256):
    """
    @dev Ether in the router pays wrapped ether first, if it suffices.
    """
    if token == weth and self.balance >= amount:
        self.wrap(amount)
        self.send_token(token, to, amount)
    elif payer == self:
        self.send_token(token, to, amount)
    else:
        self.take_token(token, payer, to, amount)


@internal
def unwrap_all(minimum: uint256, to: address):
    amount: uint256 = self.held(weth)
    assert amount >= minimum, "Insufficient WETH9"
    if amount > 0:
        self.unwrap(amount)
        self.send_native(to, amount)


@internal
def sweep_all(token: address, minimum: uint256, to: address):
    amount: uint256 = self.held(token)
    assert amount >= minimum, "Insufficient token"
    if amount > 0:
        self.send_token(token, to, amount)
