import EVM
import EVMCodec
import EVMTypes
import TestSupport
import Testing

/// No input traps, and the gas bounds the time.
@Suite struct PrecompileFuzzTests {
    static let sets: [PrecompileSet] = [
        .ethereum(.frontier), .ethereum(.byzantium), .ethereum(.berlin), .ethereum(.osaka), .polygon(.chicago),
        .optimism(.karst),
    ]

    static func bytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        switch generator.next() % 4 {
        case 0: [UInt8](repeating: 0, count: count)
        case 1: [UInt8](repeating: 0xff, count: count)
        default: (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 20) }
        }
    }

    static func input(_ precompile: Precompile, _ generator: inout SeededGenerator) -> [UInt8] {
        let unit: Int =
            switch precompile {
            case .ecrecover, .sha256, .ripemd160, .identity, .bn254Add: 128
            case .modexp, .bn254Multiply: 96
            case .bn254Pairing, .pointEvaluation: 192
            case .blake2f: 213
            case .blsG1Add: 256
            case .blsG1MultiScalar, .p256Verify: 160
            case .blsG2Add: 512
            case .blsG2MultiScalar: 288
            case .blsPairing: 384
            case .blsMapToG1: 64
            case .blsMapToG2: 128
            }
        let count = [0, 1, unit - 1, unit, unit, unit + 1, 2 * unit, Int(generator.next() % 700)].randomElement(
            using: &generator)!
        var input = bytes(count, &generator)
        switch precompile {
        case .modexp: Self.giveLengths(to: &input, &generator)
        case .blake2f where count == 213:
            (input[0], input[1]) = (0, 0)
            input[212] &= 3
        case .ecrecover where count >= 64 && generator.next() % 2 == 0:
            for index in 32..<63 { input[index] = 0 }
            input[63] = UInt8(26 + generator.next() % 4)
        default: break
        }
        return input
    }

    /// Writes three lengths from tiny to 2^256 - 1 over the first 96 bytes.
    static func giveLengths(to input: inout [UInt8], _ generator: inout SeededGenerator) {
        for field in 0..<3 where input.count >= 32 * (field + 1) {
            let bits = [4, 6, 9, 9, 11, 24, 40, 63, 64, 70, 128, 255, 256].randomElement(using: &generator)!
            let word = U256(limbs: generator.next(), generator.next(), generator.next(), generator.next())
            input.replaceSubrange(32 * field..<32 * field + 32, with: (word >> (256 - bits)).bigEndianBytes)
        }
    }

    @Test(arguments: Precompile.allCases)
    func anyInputIsAnsweredInTheTimeItPays(_ precompile: Precompile) {
        var generator = SeededGenerator(seed: UInt64(precompile.rawValue) << 32 | 0x5eed)
        var ran = 0
        var output: [UInt8] = []
        for round in 0..<4_000 {
            let input = Self.input(precompile, &generator)
            let prices = Self.sets[round % Self.sets.count].prices
            let gas = precompile.gas(for: input.span, prices: prices)
            if let gas { #expect(gas >= 0) }
            guard let gas, gas < 3_000_000 else { continue }
            // Pairings are dear: a few of them.
            if gas > 30_000, round % 40 != 0 { continue }
            output.removeAll(keepingCapacity: true)
            let time = ContinuousClock().measure { _ = precompile.run(input.span, into: &output, prices: prices) }
            // 1 us a gas is a fiftieth of what the slowest contract does; the rest is for a busy machine.
            #expect(time < .microseconds(gas) + .milliseconds(500), "seed \(generator.seed) \(gas) gas \(time)")
            ran += 1
        }
        #expect(ran > 50, "\(precompile) ran")
    }

    @Test func pricesOfAnySizeNeverOverflow() {
        var prices = PrecompilePrices()
        prices.sha256Word = .max
        prices.identityBase = .max
        prices.bn254PairingPair = .max / 2
        prices.blake2fRound = .max
        prices.blsG1Multiply = .max / 3
        prices.blsPairingBase = .max
        let input = [UInt8](repeating: 0xff, count: 213)
        for precompile in Precompile.allCases { _ = precompile.gas(for: input.span, prices: prices) }
        #expect(Precompile.sha256.gas(for: input.span, prices: prices) == nil)
        #expect(Precompile.identity.gas(for: input.span, prices: prices) == nil)
        #expect(Precompile.blake2f.gas(for: input.span, prices: prices) == nil)
        #expect(Precompile.blsG1MultiScalar.gas(for: input.span, prices: prices) == nil)
    }

    /// `run` guards itself, even when nobody asked for the price.
    @Test func modexpRefusesAModulusOfMoreThanFourMebibytes() {
        for rule in [Hardfork.berlin] {
            let prices = PrecompileSet.ethereum(rule).prices
            for (length, expected) in [(4 << 20, true), (4 << 20 + 1, false)] {
                let input =
                    U256(1).bigEndianBytes + U256(1).bigEndianBytes + U256(length).bigEndianBytes + [2, 3, 5]
                var output: [UInt8] = []
                #expect(Precompile.modexp.run(input.span, into: &output, prices: prices) == expected)
                #expect(output.count == (expected ? length : 0))
                if expected { #expect(output.last == 8 && output.dropLast().allSatisfy { $0 == 0 }) }
                #expect((Precompile.modexp.gas(for: input.span, prices: prices) != nil) == expected)
            }
        }
    }
}
