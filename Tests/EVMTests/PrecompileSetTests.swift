import EVM
import EVMCodec
import EVMTypes
import Testing

/// The chains' rows.
@Suite struct PrecompileSetTests {
    func at(_ low: Int) -> Address { Address(high: 0, low: UInt128(low)) }

    func gas(_ set: PrecompileSet, _ precompile: Precompile, _ count: Int) -> Int? {
        var input = [UInt8](repeating: 0, count: count)
        if precompile == .blake2f { input[3] = 12 }
        return precompile.gas(for: input.span, prices: set.prices).map { Int($0) }
    }

    @Test func onlyExactAddressesAreFound() {
        let set = PrecompileSet.ethereum(.osaka)
        for address in [
            Address(high: 1, low: 1), Address(high: 0, low: 1 << 64 | 1), Address(high: 0, low: 0x101),
            Address(high: 0, low: 0x12), Address(high: 0, low: 0x1_0001), .zero,
        ] {
            #expect(set[address] == nil)
            #expect(!set.isWarm(address))
            #expect(set.unsupportedName(address) == nil)
        }
        #expect(set[at(1)] == .ecrecover)
        #expect(set[at(0x100)] == .p256Verify)
    }

    @Test func polygonChangesItsSetAndItsPrices() {
        let warm = { (fork: PolygonFork) in PrecompileSet.polygon(fork).addresses.map { Int($0.low) } }
        #expect(warm(.shanghai) == Array(1...9))
        #expect(warm(.napoli) == Array(1...9) + [0x100])
        #expect(warm(.bhilai) == Array(1...9) + Array(0x0b...0x11) + [0x100])
        #expect(warm(.madhugiri) == Array(1...0x11) + [0x100])
        #expect(warm(.lisovo) == warm(.bhilai))
        #expect(warm(.chicago) == warm(.bhilai))
        #expect(gas(.polygon(.madhugiri), .p256Verify, 160) == 3_450)
        #expect(gas(.polygon(.lisovo), .p256Verify, 160) == 6_900)
        #expect(PrecompileSet.polygon(.bhilai).prices.modexp == .eip2565)
        #expect(PrecompileSet.polygon(.madhugiri).prices.modexpLengthLimit == 1_024)

        // Source: PIP-88's table.
        let chicago = PrecompileSet.polygon(.chicago)
        #expect(gas(chicago, .bn254Add, 128) == 540)
        #expect(gas(chicago, .bn254Multiply, 96) == 12_600)
        #expect(gas(chicago, .bn254Pairing, 384) == 67_500 + 2 * 51_000)
        #expect(gas(chicago, .blake2f, 213) == 12 * 22)
        #expect(gas(chicago, .blsG1Add, 256) == 1_050)
        #expect(gas(chicago, .blsG1MultiScalar, 320) == 2 * 73_200 * 949 / 1_000)
        #expect(gas(chicago, .blsG2Add, 512) == 1_620)
        #expect(gas(chicago, .blsG2MultiScalar, 864) == 3 * 144_000 * 923 / 1_000)
        #expect(gas(chicago, .blsPairing, 768) == 109_330 + 2 * 94_540)
        #expect(gas(chicago, .blsMapToG1, 64) == 15_400)
        #expect(gas(chicago, .blsMapToG2, 128) == 66_640)
        #expect(gas(.polygon(.lisovo), .blake2f, 213) == 12)
    }

    @Test func optimismLimitsItsInputs() {
        #expect(!PrecompileSet.optimism(.ecotone).contains(.p256Verify))
        #expect(gas(.optimism(.fjord), .p256Verify, 160) == 3_450)
        #expect(gas(.optimism(.karst), .p256Verify, 160) == 6_900)
        #expect(PrecompileSet.optimism(.bedrock).addresses.count == 9)
        #expect(PrecompileSet.optimism(.granite).addresses.count == 11)
        #expect(PrecompileSet.optimism(.jovian).addresses.count == 18)
        let limits: [(OptimismFork, Precompile, Int)] = [
            (.granite, .bn254Pairing, 112_687), (.isthmus, .bn254Pairing, 112_687), (.jovian, .bn254Pairing, 81_984),
            (.karst, .bn254Pairing, 57_600), (.isthmus, .blsG1MultiScalar, 513_760),
            (.isthmus, .blsG2MultiScalar, 488_448), (.isthmus, .blsPairing, 235_008),
            (.jovian, .blsG1MultiScalar, 288_960), (.jovian, .blsG2MultiScalar, 278_784),
            (.karst, .blsPairing, 156_672),
        ]
        for (fork, precompile, limit) in limits {
            let set = PrecompileSet.optimism(fork)
            #expect(gas(set, precompile, limit) != nil, "\(fork) \(precompile)")
            #expect(gas(set, precompile, limit + 1) == nil, "\(fork) \(precompile)")
            var output: [UInt8] = []
            // A whole number of points at infinity, which a chain without the limit accepts.
            let long = [UInt8](repeating: 0, count: (limit / 5_760 + 1) * 5_760)
            #expect(!precompile.run(long.span, into: &output, prices: set.prices))
            #expect(precompile.run(long.span, into: &output, prices: PrecompileSet.ethereum(.osaka).prices))
        }
        #expect(gas(.optimism(.fjord), .bn254Pairing, 192 * 1_000) == 45_000 + 1_000 * 34_000)
        #expect(gas(.optimism(.granite), .bn254Pairing, 112_687) == 45_000 + 586 * 34_000)
    }

    @Test func contractsOfAChainsOwnAreNamed() {
        let bsc = PrecompileSet.bsc(.osaka)
        #expect(bsc.unsupportedName(at(0x64)) == "tmHeaderValidate")
        #expect(bsc.unsupportedName(at(0x69)) == "secp256k1SignatureRecover")
        #expect(bsc.unsupportedName(at(0x6a)) == nil)
        #expect(bsc[at(0x64)] == nil)
        #expect(bsc.isWarm(at(0x65)))
        #expect(bsc.addresses.count == 18 + 6)
        #expect(PrecompileSet.bsc(.feynman).addresses.count == 9 + 6)
        #expect(gas(.bsc(.prague), .p256Verify, 160) == 3_450)
        #expect(gas(bsc, .p256Verify, 160) == 6_900)

        let arbitrum = PrecompileSet.arbitrum(.from50)
        #expect(arbitrum.unsupportedName(at(0x64)) == "ArbSys")
        #expect(arbitrum.unsupportedName(at(0x6a)) == nil)
        #expect(arbitrum.unsupportedName(at(0x74)) == "ArbFilteredTransactionsManager")
        #expect(arbitrum.addresses.count == 18 + 16)
        #expect(gas(.arbitrum(.from30), .p256Verify, 160) == 3_450)
        #expect(!PrecompileSet.arbitrum(.from30).contains(.blsG1Add))
        #expect(PrecompileSet.ethereum(.osaka).unsupportedName(at(0x64)) == nil)
    }

    @Test func everyContractOfASetIsThere() {
        for set in [PrecompileSet.ethereum(.osaka), .polygon(.chicago), .optimism(.karst), .bsc(.osaka)] {
            for precompile in Precompile.allCases {
                #expect(set[precompile.address] == (set.contains(precompile) ? precompile : nil))
                #expect(set.isWarm(precompile.address) == set.contains(precompile))
                #expect(set.unsupportedName(precompile.address) == nil)
            }
        }
    }
}
