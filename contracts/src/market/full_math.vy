# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Products of 512 bits divided by 256
@license MIT
@notice floor and ceiling of a * b / d without losing the high half of the product. Reverts when d is zero or the result
        passes 256 bits. Method: Knuth TAOCP 4.3.1 exercise 41 (exact division by multiplying with the inverse mod 2^256).
"""


@internal
@pure
def mul_div(a: uint256, b: uint256, d: uint256) -> uint256:
    low: uint256 = unsafe_mul(a, b)
    rest: uint256 = uint256_mulmod(a, b, max_value(uint256))
    high: uint256 = unsafe_sub(rest, low)
    if rest < low:
        high = unsafe_sub(high, 1)
    if high == 0:
        return low // d
    assert d > high, "mul_div"

    # The product less its remainder is a multiple of d: low and high without it.
    remainder: uint256 = uint256_mulmod(a, b, d)
    if remainder > low:
        high = unsafe_sub(high, 1)
    low = unsafe_sub(low, remainder)

    # Powers of two out of d, and out of the product as far as they reach into its low half.
    twos: uint256 = d & unsafe_sub(0, d)
    odd: uint256 = unsafe_div(d, twos)
    low = unsafe_div(low, twos)
    low = low | unsafe_mul(high, unsafe_add(unsafe_div(unsafe_sub(0, twos), twos), 1))

    # Inverse of the odd part: three bits right at the start, doubled six times.
    inverse: uint256 = unsafe_mul(3, odd) ^ 2
    inverse = unsafe_mul(inverse, unsafe_sub(2, unsafe_mul(odd, inverse)))
    inverse = unsafe_mul(inverse, unsafe_sub(2, unsafe_mul(odd, inverse)))
    inverse = unsafe_mul(inverse, unsafe_sub(2, unsafe_mul(odd, inverse)))
    inverse = unsafe_mul(inverse, unsafe_sub(2, unsafe_mul(odd, inverse)))
    inverse = unsafe_mul(inverse, unsafe_sub(2, unsafe_mul(odd, inverse)))
    inverse = unsafe_mul(inverse, unsafe_sub(2, unsafe_mul(odd, inverse)))
    return unsafe_mul(low, inverse)


@internal
@pure
def mul_div_up(a: uint256, b: uint256, d: uint256) -> uint256:
    result: uint256 = self.mul_div(a, b, d)
    if uint256_mulmod(a, b, d) != 0:
        result += 1
    return result


@internal
@pure
def div_up(a: uint256, d: uint256) -> uint256:
    result: uint256 = a // d
    if unsafe_mul(result, d) != a:
        result = unsafe_add(result, 1)
    return result
