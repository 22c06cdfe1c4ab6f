import ChainCosts
import EVMCodec
import EVMCrypto
import EVMTypes
import Testing

@Suite("Fees by part")
struct GasFeeTests {
    @Test("Ethereum: base, tip and blobs; BSC: all of it tip; a price below the base fee is refused")
    func layerOne() throws {
        let ethereum = try ChainParameters(CostModel(named: "ethereum", chainID: 1, timestamp: 0), answers: [])
        let gas = ChargedGas(used: 21_000, baseFee: 7, price: 9, blobGas: 131_072, blobBaseFee: 3)
        let fees = try ethereum.fees(of: gas, encoded: [1])
        #expect(fees == TransactionFees(base: 147_000, priority: 42_000, blob: 393_216))
        #expect(fees.execution == 189_000)
        #expect(fees.total == 582_216)
        let bsc = try ethereum.fees(of: ChargedGas(used: 21_000, baseFee: 0, price: 50_000_000), encoded: [])
        #expect(bsc == TransactionFees(priority: 1_050_000_000_000))
        #expect(throws: CostProblem.priceBelowBaseFee) {
            try ethereum.fees(of: ChargedGas(used: 1, baseFee: 2, price: 1), encoded: [])
        }
        #expect(throws: CostProblem.overflow) {
            try ethereum.fees(of: ChargedGas(used: 2, baseFee: .max, price: .max), encoded: [])
        }
    }

    @Test("An OP-stack transaction pays data and operator beside its gas")
    func opStack() throws {
        let parameters = OPStackParameters(
            l1BaseFee: 1_000_000_000, blobBaseFee: 10_000_000, baseFeeScalar: 2, blobBaseFeeScalar: 3,
            operatorFeeScalar: 5, operatorFeeConstant: 11)
        let chain = ChainParameters.opStack(.jovian, parameters)
        let fees = try chain.fees(of: ChargedGas(used: 21_000, baseFee: 7, price: 9), encoded: Samples.dynamicFee())
        #expect(fees.l1Data == 3_203_000)
        #expect(fees.operatorFee == 10_500_011)
        #expect(fees.total == 13_892_011)
        #expect(fees.l1Certainty == .exact)
        let call = try chain.fees(of: ChargedGas(used: 21_000, baseFee: 7, price: 9), encoded: [])
        #expect(call.beside == 0)
    }

    @Test("Arbitrum: tips dropped, the L1 part bounded from above, a node's figure taken as it is")
    func arbitrum() throws {
        let model = try CostModel(named: "arbitrum", chainID: 42_161, timestamp: 0)
        let chain = try ChainParameters(model, answers: [1_000_000_000, 20_000_000])
        let gas = ChargedGas(used: 100_000, baseFee: 20_000_000, price: 30_000_000)
        let fees = try chain.fees(of: gas, encoded: Samples.dynamicFee())
        #expect(fees.base == 2_000_000_000_000)
        #expect(fees.priority == 0)
        #expect(fees.l1Certainty == .upperBound)
        // 118 bytes and 6 of Brotli's headers: 124 x 16 x 1 gwei / 0.02 gwei = 99,200 gas.
        #expect(fees.l1Data == 1_984_000_000_000)
        let parameters = ArbitrumParameters(pricePerUnit: 1)
        #expect(try parameters.fee(posterGas: 1_234, baseFee: 20_000_000) == 24_680_000_000)
        #expect(
            try ArbitrumParameters.posterGas(fromEstimate: U256(77).bigEndianBytes + [UInt8](repeating: 0, count: 64))
                == 77)
        #expect(throws: CostProblem.self) { try ArbitrumParameters.posterGas(fromEstimate: [1]) }
    }

    @Test("The selectors are those of the contracts' functions")
    func selectors() throws {
        func selector(_ signature: String) -> [UInt8] { Array(Keccak256.hash(Array(signature.utf8)).bytes.prefix(4)) }
        let names = ["getL1BaseFeeEstimate()", "getMinimumGasPrice()"]
        for (read, name) in zip(ArbitrumParameters.reads, names) {
            #expect(read == .call(ArbitrumParameters.gasInfo, selector(name)))
        }
        guard
            case .call(let to, let data) = ArbitrumParameters.estimateCall(to: Address(high: 0, low: 9), data: [1, 2])
        else { return }
        #expect(to == ArbitrumParameters.nodeInterface)
        #expect(Array(data.prefix(4)) == selector("gasEstimateL1Component(address,bool,bytes)"))
        #expect(data.count == 4 + 5 * 32)
    }
}
