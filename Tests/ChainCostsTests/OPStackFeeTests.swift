import ChainCosts
import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport
import Testing

@Suite("OP-stack fees")
struct OPStackFeeTests {
    /// As op-geth's `core/types/rollup_cost_test.go` sets them.
    private let parameters = OPStackParameters(
        l1BaseFee: 1_000_000_000, blobBaseFee: 10_000_000, baseFeeScalar: 2, blobBaseFeeScalar: 3, overhead: 50,
        scalar: 7_000_000, operatorFeeScalar: 1_439_103_868, operatorFeeConstant: 1_256_417_826_609_331_460)

    /// An encoding of 480 gas of calldata, as op-geth's test transaction, and below the smallest size of Fjord.
    private let smallest = [UInt8](repeating: 1, count: 30)

    @Test("Fees of op-geth's test transaction by fork")
    func published() throws {
        // (480 + 50) x 1e9 x 7e6 / 1e6, and Regolith's 68 bytes more before it.
        #expect(try parameters.l1Fee(of: smallest, at: .regolith) == 3_710_000_000_000)
        #expect(try parameters.l1Fee(of: smallest, at: .bedrock) == 11_326_000_000_000)
        #expect(try parameters.l1Fee(of: smallest, at: .ecotone) == 960_900)
        for fork in [OPStackFork.fjord, .isthmus, .jovian] {
            #expect(try parameters.l1Fee(of: smallest, at: fork) == 3_203_000)
        }
        // Above the minimum: 836,500 x 279 - 42,585,600 millionths of a byte.
        let large = (0..<1_024).map { UInt8(truncatingIfNeeded: $0) }
        #expect(
            try parameters.l1Fee(of: large, at: .fjord)
                == U256(UInt64((836_500 * 279 - 42_585_600) * 32_030 / 1_000_000)))
        #expect(try parameters.l1Fee(of: [], at: .jovian) == 0)
    }

    @Test("Ecotone's first block, whose parameters are unset, charges as Bedrock")
    func firstEcotoneBlock() throws {
        var unset = parameters
        (unset.blobBaseFee, unset.baseFeeScalar, unset.blobBaseFeeScalar) = (.zero, 0, 0)
        #expect(try unset.l1Fee(of: smallest, at: .ecotone) == 3_710_000_000_000)
    }

    @Test("The operator fee of Isthmus and of Jovian")
    func operatorFee() throws {
        let gas: UInt64 = 1_618
        let constant = U256(1_256_417_826_609_331_460 as UInt64)
        #expect(try parameters.operatorFee(gas: gas, at: .fjord) == 0)
        // op-geth's own numbers: 1618 x 1439103868 / 1e6 + constant.
        #expect(try parameters.operatorFee(gas: gas, at: .isthmus) == U256(1_256_417_826_611_659_930 as UInt64))
        #expect(
            try parameters.operatorFee(gas: gas, at: .jovian) == U256(1_618 * 1_439_103_868 * 100 as UInt64) + constant)
        var most = parameters
        (most.operatorFeeScalar, most.operatorFeeConstant) = (.max, .max)
        // 2^64-1 gas: (2^64-1)(2^32-1)/1e6 + 2^64-1, op-geth's widest case.
        let wide = U256(UInt64.max) &* U256(UInt64(UInt32.max)) / 1_000_000 + U256(UInt64.max)
        #expect(try most.operatorFee(gas: .max, at: .isthmus) == wide)
    }

    @Test("The predeploy's slots are unpacked where the chain packs them")
    func slots() throws {
        // Big-endian bytes: 16..20 base fee scalar, 20..24 blob scalar, 24..32 sequence number.
        let scalars = try #require(
            U256(hex: "0x" + String(repeating: "0", count: 32) + "000008dd" + "00101c12" + "0000000000000004"))
        // 18..20 footprint scalar, 20..24 operator scalar, 24..32 operator constant.
        let fees = try #require(
            U256(hex: "0x" + String(repeating: "0", count: 36) + "0190" + "0000000a" + "000000000000002a"))
        let read = try OPStackParameters(.jovian, words: [7, 188, 684_000, scalars, 9, fees])
        #expect(read.l1BaseFee == 7)
        #expect(read.blobBaseFee == 9)
        #expect(read.baseFeeScalar == 0x8dd)
        #expect(read.blobBaseFeeScalar == 0x10_1c12)
        #expect(read.operatorFeeScalar == 10)
        #expect(read.operatorFeeConstant == 42)
        #expect(read.daFootprintGasScalar == 400)
        #expect(throws: CostProblem.self) { try OPStackParameters(.jovian, words: [7]) }
        let model = try CostModel(named: "op-stack", chainID: 10, timestamp: 1_764_691_201)
        #expect(model == .opStack(.jovian))
        #expect(model.reads.count == 6)
        #expect(try CostModel(named: "op-stack", chainID: 8_453, timestamp: 1_764_691_200) == .opStack(.isthmus))
        #expect(throws: CostProblem.self) { try CostModel(named: "op-stack", chainID: 5, timestamp: 0) }
        #expect(throws: CostProblem.self) { try CostModel(named: "pow", chainID: 1, timestamp: 0) }
    }

    @Test("The bound of an unsigned transaction is never below its fee once signed")
    func unsignedBound() throws {
        var random = SeededGenerator()
        for round in 0..<400 {
            let symbols = UInt8.random(in: 1...255, using: &random)
            var transaction = Transaction(
                kind: .dynamicFee, chainID: 10, nonce: UInt64(round), gasLimit: 500_000, to: Address(high: 1, low: 2),
                data: (0..<Int.random(in: 0...700, using: &random)).map { _ in
                    UInt8.random(in: 0..<symbols, using: &random)
                },
                maxFeePerGas: 1_000_000, maxPriorityFeePerGas: 1_000)
            let payload = transaction.signingPayload()
            let top = UInt128.random(in: 0...255, using: &random) << 120
            transaction.signature = Signature(
                r: U256(lo: .random(in: 0 ... .max, using: &random), hi: .random(in: 0 ... .max, using: &random)),
                s: U256(lo: .random(in: 0 ... .max, using: &random), hi: top), yParity: UInt8(round % 2))
            for fork in OPStackFork.allCases {
                let bound = try parameters.l1FeeBound(signingPayload: payload, at: fork)
                let fee = try parameters.l1Fee(of: transaction.encoded(), at: fork)
                #expect(bound >= fee, "round \(round), \(fork), seed \(random.seed)")
                // At most a tenth too high where the size counts.
                if transaction.data.count > 400 { #expect(bound <= fee + fee / 8) }
            }
        }
    }

    @Test("The base fee's rule in a header: Holocene, Jovian, none")
    func baseFee() throws {
        #expect(OPStackBaseFee(extraData: []) == .standard)
        let holocene = OPStackBaseFee(extraData: [0, 0, 0, 0, 250, 0, 0, 0, 4])
        #expect(holocene == OPStackBaseFee(denominator: 250, elasticity: 4, minimum: 0))
        let jovian = try #require(
            OPStackBaseFee(extraData: [1, 0, 0, 0, 250, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0x03, 0xe8]))
        #expect(jovian.minimum == 1_000)
        #expect(jovian.next(baseFee: 900, metered: 0, gasLimit: 60_000_000) == 1_000)
        #expect(OPStackBaseFee(extraData: [2]) == nil)
        #expect(OPStackBaseFee(extraData: [1, 0, 0, 0, 250, 0, 0, 0, 6]) == nil)
        #expect(OPStackBaseFee(extraData: [0, 0, 0, 0, 0, 0, 0, 0, 0]) == .standard)
        // 1 gwei, full block of elasticity 6: x (1 + 5 / 250).
        #expect(
            OPStackBaseFee.standard.next(baseFee: 1_000_000_000, metered: 60_000_000, gasLimit: 60_000_000)
                == 1_020_000_000)
        #expect(OPStackBaseFee.standard.next(baseFee: 1, metered: 2, gasLimit: 1) == nil)
    }
}
