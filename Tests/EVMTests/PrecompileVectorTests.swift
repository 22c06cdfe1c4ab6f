import EVM
import EVMCodec
import EVMTypes
import TestSupport
import Testing

/// Prices and outputs against EELS and others (Tests/Vectors/precompiles).
@Suite struct PrecompileVectorTests {
    static let forks: [String: Hardfork] = [
        "frontier": .frontier, "homestead": .homestead, "tangerine_whistle": .tangerineWhistle,
        "spurious_dragon": .spuriousDragon, "byzantium": .byzantium, "constantinople": .constantinople,
        "istanbul": .istanbul, "berlin": .berlin, "london": .london, "paris": .paris, "shanghai": .shanghai,
        "cancun": .cancun, "prague": .prague, "osaka": .osaka,
    ]
    static let names = Dictionary(uniqueKeysWithValues: Precompile.allCases.map { ("\($0)", $0) })

    static func call(_ precompile: Precompile, _ input: [UInt8], _ prices: PrecompilePrices) -> [UInt8]? {
        var output: [UInt8] = [0xee]
        let done = precompile.run(input.span, into: &output, prices: prices)
        #expect(output.first == 0xee, "what was there is kept")
        #expect(done || output.count == 1, "a failed call appends nothing")
        return done ? Array(output.dropFirst()) : nil
    }

    /// Checks the vectors of `file`; answers how many were compared.
    static func check(_ file: String) throws -> Int {
        var previous: [UInt8] = []
        let vectors = try OwnVectors.fields("precompiles/\(file)")
        for vector in vectors {
            let fork = try #require(forks[vector[0]]), precompile = try #require(names[vector[1]])
            let prices = PrecompileSet.ethereum(fork).prices
            let input = vector[2] == "=" ? previous : try OwnVectors.bytes(vector[2])
            previous = input
            let label: Comment = "\(vector[0]) \(vector[1]) \(vector[2].prefix(80))"
            let gas = precompile.gas(for: input.span, prices: prices)
            // "fail" where EELS fails before it charges: we may price it and fail in `run`.
            if vector[3] != "fail" { #expect(gas == Int64(vector[3]), label) }
            guard let gas, gas <= 1_000_000_000 else {
                #expect(vector[4] == "fail", label)
                continue
            }
            let expected = vector[4] == "fail" ? nil : try OwnVectors.bytes(vector[4])
            #expect(call(precompile, input, prices) == expected, label)
        }
        return vectors.count
    }

    @Test func pricesAndOutputsEqualEELS() throws {
        #expect(try Self.check("run.txt") == 529)
    }

    @Test func curvesAreCalledAsEELSDoes() throws {
        #expect(try Self.check("curves.txt") == 48)
    }

    @Test func pricesByLengthEqualEELS() throws {
        let vectors = try OwnVectors.fields("precompiles/gas.txt")
        #expect(vectors.count == 532)
        for vector in vectors {
            let fork = try #require(Self.forks[vector[0]]), precompile = try #require(Self.names[vector[1]])
            let input = [UInt8](repeating: 0, count: try #require(Int(vector[2])))
            let gas = precompile.gas(for: input.span, prices: PrecompileSet.ethereum(fork).prices)
            #expect(gas == Int64(vector[3]), "\(vector)")
        }
    }

    @Test func addressesEqualEELS() throws {
        let vectors = try OwnVectors.fields("precompiles/addresses.txt")
        #expect(vectors.count == 14)
        for vector in vectors {
            let set = PrecompileSet.ethereum(try #require(Self.forks[vector[0]]))
            let expected = try vector.dropFirst().map { try #require(Address(hex: $0)) }
            #expect(set.addresses == expected, "\(vector[0])")
            for low in 0..<0x300 {
                let address = Address(high: 0, low: UInt128(low))
                #expect(set.isWarm(address) == expected.contains(address), "\(vector[0]) \(low)")
                #expect(set[address] == nil || set[address]?.address == address)
            }
        }
    }

    @Test func p256VerifyEqualsCryptographyAndNIST() throws {
        let prices = PrecompileSet.ethereum(.osaka).prices
        let vectors = try OwnVectors.fields("precompiles/p256.txt")
        #expect(vectors.count == 167)
        for vector in vectors {
            let valid = vector[2] == "1"
            let answer = Self.call(.p256Verify, try OwnVectors.bytes(vector[1]), prices)
            #expect(answer == (valid ? U256.one.bigEndianBytes : []), "\(vector[0])")
        }
    }
}
