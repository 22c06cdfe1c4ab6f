internal import EVMTypes

extension Machine {
    /// 0x01 to 0x1e: arithmetic, comparison and bits.
    @inline(__always) mutating func stepArithmetic(_ opcode: UInt8, _ top: inout Words, _ gas: Int64) -> Int64 {
        switch opcode {
        case 0x15:
            top.pointee = top.pointee.isZero ? .one : .zero
            return gas
        case 0x19:
            top.pointee = ~top.pointee
            return gas
        case 0x1e:
            top.pointee = U256(UInt64(top.pointee.leadingZeroBitCount))
            return gas
        case 0x08:
            top -= 2
            top.pointee = U256.addMod(top[2], top[1], top.pointee)
            return gas
        case 0x09:
            top -= 2
            top.pointee = U256.mulMod(top[2], top[1], top.pointee)
            return gas
        case 0x0a:
            let exponent = (top - 1).pointee
            let left = gas &- prices.expByte &* Int64((exponent.bitWidthUsed &+ 7) / 8)
            if left < 0 { return failed(.outOfGas) }
            top -= 1
            top.pointee = WordMath.power(top[1], exponent)
            return left
        case 0x0c...0x0f, 0x1f: return failed(.undefinedOpcode)
        default:
            top -= 1
            let a = top[1], b = top.pointee
            top.pointee = Self.binary(opcode, a, b)
            return gas
        }
    }

    /// An instruction of two operands, `a` from the top of the stack.
    @inline(__always) static func binary(_ opcode: UInt8, _ a: U256, _ b: U256) -> U256 {
        switch opcode {
        case 0x01: return a &+ b
        case 0x02: return a &* b
        case 0x03: return a &- b
        case 0x04: return WordMath.quotient(a, b)
        case 0x05: return WordMath.signedQuotient(a, b)
        case 0x06: return WordMath.remainder(a, b)
        case 0x07: return WordMath.signedRemainder(a, b)
        case 0x0b: return WordMath.signExtend(a, b)
        case 0x10: return a < b ? .one : .zero
        case 0x11: return b < a ? .one : .zero
        case 0x12: return WordMath.isLess(a, b) ? .one : .zero
        case 0x13: return WordMath.isLess(b, a) ? .one : .zero
        case 0x14: return a == b ? .one : .zero
        case 0x16: return a & b
        case 0x17: return a | b
        case 0x18: return a ^ b
        case 0x1a: return WordMath.byte(a, b)
        case 0x1b: return WordMath.shiftLeft(a, b)
        case 0x1c: return WordMath.shiftRight(a, b)
        default: return WordMath.shiftRightSigned(a, b)
        }
    }
}

/// The word instructions that U256 does not have as the EVM means them. Source: Yellow Paper, appendix H; EIP-145.
enum WordMath {
    @inline(__always) static func isNegative(_ a: U256) -> Bool { a.w3 &>> 63 == 1 }
    @inline(__always) static func magnitude(_ a: U256) -> U256 { isNegative(a) ? .zero &- a : a }

    /// DIV: zero when the divisor is zero.
    @inline(never) static func quotient(_ a: U256, _ b: U256) -> U256 { b.isZero ? .zero : a / b }
    /// MOD: zero when the divisor is zero.
    @inline(never) static func remainder(_ a: U256, _ b: U256) -> U256 { b.isZero ? .zero : a % b }

    /// SDIV: towards zero; the most negative by -1 is itself.
    @inline(never) static func signedQuotient(_ a: U256, _ b: U256) -> U256 {
        if b.isZero { return .zero }
        let quotient = magnitude(a) / magnitude(b)
        return isNegative(a) != isNegative(b) ? .zero &- quotient : quotient
    }

    /// SMOD: the sign of the dividend.
    @inline(never) static func signedRemainder(_ a: U256, _ b: U256) -> U256 {
        if b.isZero { return .zero }
        let remainder = magnitude(a) % magnitude(b)
        return isNegative(a) ? .zero &- remainder : remainder
    }

    /// SIGNEXTEND: the sign bit of byte `index`, counted from the low end, fills what is above.
    @inline(__always) static func signExtend(_ index: U256, _ value: U256) -> U256 {
        guard index.w1 | index.w2 | index.w3 == 0, index.w0 < 31 else { return value }
        let shift = 248 &- 8 &* Int(index.w0)
        return shiftRightSigned(value << shift, by: shift)
    }

    @inline(__always) static func isLess(_ a: U256, _ b: U256) -> Bool {
        let negative = isNegative(a)
        return negative != isNegative(b) ? negative : a < b
    }

    /// BYTE: byte `index` counted from the high end.
    @inline(__always) static func byte(_ index: U256, _ value: U256) -> U256 {
        guard index.w1 | index.w2 | index.w3 == 0, index.w0 < 32 else { return .zero }
        return U256((value >> (248 &- 8 &* Int(index.w0))).w0 & 0xff)
    }

    @inline(__always) static func amount(_ word: U256) -> Int {
        word.w1 | word.w2 | word.w3 == 0 && word.w0 < 256 ? Int(truncatingIfNeeded: word.w0) : 256
    }

    @inline(__always) static func shiftLeft(_ by: U256, _ value: U256) -> U256 { value << amount(by) }
    @inline(__always) static func shiftRight(_ by: U256, _ value: U256) -> U256 { value >> amount(by) }
    @inline(__always) static func shiftRightSigned(_ by: U256, _ value: U256) -> U256 {
        shiftRightSigned(value, by: amount(by))
    }

    @inline(__always) static func shiftRightSigned(_ value: U256, by amount: Int) -> U256 {
        if !isNegative(value) { return value >> amount }
        return ~(~value >> amount)
    }

    /// EXP modulo 2^256, by windows of four bits.
    @inline(never) static func power(_ base: U256, _ exponent: U256) -> U256 {
        if exponent.isZero { return .one }
        if base.w1 | base.w2 | base.w3 == 0, base.w0 == 2 { return U256.one << amount(exponent) }
        let bits = exponent.bitWidthUsed
        if bits <= 8 { return base.pow(exponent) }
        return withUnsafeTemporaryAllocation(of: U256.self, capacity: 16) { powers in
            powers[0] = .one
            powers[1] = base
            for index in 2..<16 { powers[index] = powers[index &- 1] &* base }
            var at = (bits &+ 3) & ~3
            var result = U256.one
            while at > 0 {
                at &-= 4
                result = square(square(square(square(result))))
                let digit = Int(truncatingIfNeeded: (exponent >> at).w0 & 15)
                if digit != 0 { result = result &* powers[digit] }
            }
            return result
        }
    }

    @inline(__always) private static func square(_ a: U256) -> U256 { a &* a }
}
