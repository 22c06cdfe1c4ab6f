import EVMCrypto
import EVMTypes

/// The three lengths at the start of modexp's input, and what follows from them.
///
/// Bytes past the end of the input count as zeros. Source: EIP-198.
struct ModexpHeader {
    /// Declared lengths in bytes: any 256-bit numbers.
    let base: U256, exponent: U256, modulus: U256

    init(_ input: Span<UInt8>) {
        base = Self.word(input, at: 0)
        exponent = Self.word(input, at: 32)
        modulus = Self.word(input, at: 64)
    }

    /// The longest modulus that `run` works on, in bytes. A longer one costs at least 5 x 10^10 gas by every rule, a
    /// thousand times what a block has; `gas` answers nil for it, so that no call can ask for unbounded memory.
    static let longestModulus: UInt64 = 4 << 20

    /// The price by `rule`; nil when it does not fit, or a length passes `lengthLimit` or `longestModulus`.
    func gas(_ input: Span<UInt8>, _ rule: ModexpPricing, lengthLimit: UInt64?) -> Int64? {
        if let lengthLimit {
            let limit = U256(lengthLimit)
            guard base <= limit, exponent <= limit, modulus <= limit else { return nil }
        }
        guard modulus <= U256(Self.longestModulus) else { return nil }
        // From 2^40 bytes on, each rule's quadratic alone passes 2^63 (x^2 / 320 is the cheapest).
        guard base < U256(1 << 40) else { return nil }
        let longest = max(base.w0, modulus.w0)
        let complexity = Self.complexity(longest, rule)
        let floor: Int64 = rule == .eip198 ? 0 : rule == .eip2565 ? 200 : 500
        // Nothing times any number of iterations: empty base and modulus, with an exponent of any declared length.
        guard complexity > 0 else { return floor }
        // Above 2^66 bytes the iterations alone pass 20 x 2^63.
        guard exponent < U256(UInt128(1) << 66) else { return nil }
        let product = complexity.multipliedReportingOverflow(by: iterations(input, rule))
        guard !product.overflow else { return nil }
        let divisor: UInt128 = rule == .eip198 ? 20 : rule == .eip2565 ? 3 : 1
        return Int64(exactly: product.partialValue / divisor).map { max($0, floor) }
    }

    /// The work of one multiplication of numbers of `x` bytes. `x` is below 2^40.
    private static func complexity(_ x: UInt64, _ rule: ModexpPricing) -> UInt128 {
        let x = UInt128(x)
        let words = (x &+ 7) / 8
        switch rule {
        case .eip198:
            if x <= 64 { return x &* x }
            return x <= 1_024 ? x &* x / 4 &+ 96 &* x &- 3_072 : x &* x / 16 &+ 480 &* x &- 199_680
        case .eip2565: return words &* words
        case .eip7883: return x <= 32 ? 16 : 2 &* words &* words
        }
    }

    /// How many squarings the exponent stands for, at least 1. The declared length is below 2^66.
    private func iterations(_ input: Span<UInt8>, _ rule: ModexpPricing) -> UInt128 {
        let leading = UInt128(max(headBitCount(input), 1) &- 1)
        let length = exponent.lo
        guard length > 32 else { return max(leading, 1) }
        return max((rule == .eip7883 ? 16 : 8) &* (length &- 32) &+ leading, 1)
    }

    /// The bit length of the exponent's first 32 bytes (all of them when it is shorter), read as one number.
    private func headBitCount(_ input: Span<UInt8>) -> Int {
        guard let base = base.asInt, base < input.count &- 96 else { return 0 }
        let start = base &+ 96
        let declared = exponent > 32 ? 32 : Int(exponent.w0)
        for index in 0..<min(declared, input.count &- start) where input[start &+ index] != 0 {
            return (declared &- index) &* 8 &- input[start &+ index].leadingZeroBitCount
        }
        return 0
    }

    /// The 32 bytes at `offset`, with zeros for those past the end.
    private static func word(_ input: Span<UInt8>, at offset: Int) -> U256 {
        let available = min(max(input.count &- offset, 0), 32)
        guard available > 0 else { return .zero }
        let part = U256(bigEndian: input.extracting(offset..<offset &+ available))
        return part << (256 &- available &* 8)
    }
}
