import Bundles
import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite("Base fee and fee choice")
struct FeeChoiceTests {
    @Test("The next base fee of a mainnet block is the step EIP-1559 prescribes")
    func knownValues() throws {
        let rows: [(base: UInt64, used: UInt64, limit: UInt64, next: UInt64)] = [
            (1_000_000_000, 10_000_000, 20_000_000, 1_000_000_000), (1_000_000_000, 9_000_000, 20_000_000, 987_500_000),
            (1_000_000_000, 11_000_000, 20_000_000, 1_012_500_000), (1_000_000_000, 0, 30_000_000, 875_000_000),
            (1_000_000_000, 30_000_000, 30_000_000, 1_125_000_000),
            (7, 15_000_001, 30_000_000, 8), (7, 0, 30_000_000, 7), (0, 30_000_000, 30_000_000, 1),
            (0, 0, 30_000_000, 0),
        ]
        for row in rows {
            let next = try BaseFeeRule.ethereum.next(baseFee: U256(row.base), gasUsed: row.used, gasLimit: row.limit)
            #expect(next == U256(row.next), "\(row)")
        }
    }

    @Test("Every pair of consecutive blocks in the official block tests obeys the rule")
    func officialBlocks() throws {
        guard let files = try VectorArchive.stateTests.jsonFiles(under: "block/ethtests/ValidBlocks") else { return }
        var pairs = 0
        for file in files {
            let tests = try JSON.parse([UInt8](Data(contentsOf: file)))
            for test in tests.object?.values ?? [] {
                guard let genesis = test["genesisBlockHeader"] else { continue }
                var known = [genesis["hash"]?.hash32: genesis]
                for header in (test["blocks"]?.array ?? []).compactMap({ $0["blockHeader"] }) {
                    known[header["hash"]?.hash32] = header
                    guard let parent = known[header["parentHash"]?.hash32],
                        let base = parent["baseFeePerGas"].flatMap(word),
                        let next = header["baseFeePerGas"].flatMap(word),
                        let used = parent["gasUsed"].flatMap(word)?.asUInt64,
                        let limit = parent["gasLimit"].flatMap(word)?.asUInt64
                    else { continue }
                    #expect(try BaseFeeRule.ethereum.next(baseFee: base, gasUsed: used, gasLimit: limit) == next)
                    pairs += 1
                }
            }
        }
        print("vectors: base fee of \(pairs) official block pairs")
        #expect(pairs > 700)
    }

    private func word(_ value: JSON) -> U256? { value.hexBytes.map { U256(bigEndian: $0) } }

    @Test("The base fee moves toward fullness, by an eighth at most, and meets a second computation")
    func properties() throws {
        var random = SeededGenerator()
        for _ in 0..<5_000 {
            let limit = UInt64.random(in: 2...60_000_000, using: &random)
            let used = UInt64.random(in: 0...limit, using: &random)
            let base = UInt64.random(in: 0..<1 << UInt64.random(in: 1...40, using: &random), using: &random)
            let next = try #require(
                try BaseFeeRule.ethereum.next(baseFee: U256(base), gasUsed: used, gasLimit: limit).asUInt128)
            let target = UInt128(limit / 2)
            let wide = UInt128(base)
            if UInt128(used) > target {
                let distance = UInt128(used) - target
                #expect(next == wide + max(1, wide * distance / target / 8), "seed \(random.seed)")
                if limit % 2 == 0 { #expect(next <= wide + max(1, wide / 8)) }
            } else {
                #expect(next == wide - wide * (target - UInt128(used)) / target / 8, "seed \(random.seed)")
                #expect(next >= wide - wide / 8)
            }
        }
    }

    @Test("Parameters without meaning are refused, and nothing traps at the edges")
    func refusals() throws {
        let rule = BaseFeeRule.ethereum
        #expect(throws: BundleError.badParent) { try rule.next(baseFee: .one, gasUsed: 0, gasLimit: 1) }
        #expect(throws: BundleError.badParent) { try rule.next(baseFee: .one, gasUsed: 3, gasLimit: 2) }
        #expect(throws: BundleError.overflow) {
            try rule.next(baseFee: .max, gasUsed: 30_000_000, gasLimit: 30_000_000)
        }
        let flat = BaseFeeRule.eip1559(elasticity: 1, denominator: 8)
        #expect(throws: BundleError.badParent) { try flat.next(baseFee: .one, gasUsed: 1, gasLimit: 2) }
        #expect(throws: BundleError.overflow) {
            try BaseFeeRule.bounded(bps: 500).next(baseFee: .max, gasUsed: 0, gasLimit: 2)
        }
    }

    @Test("Rollups, Polygon and BSC follow their own rules")
    func otherRules() throws {
        let rollup = BaseFeeRule.eip1559(elasticity: 6, denominator: 250)
        #expect(try rollup.next(baseFee: 1_000_000, gasUsed: 60_000_000, gasLimit: 60_000_000) == 1_020_000)
        #expect(try rollup.next(baseFee: 1_000_000, gasUsed: 0, gasLimit: 60_000_000) == 996_000)
        #expect(
            try BaseFeeRule.bounded(bps: 500).next(baseFee: 30_000_000_019, gasUsed: 1, gasLimit: 2) == 31_500_000_019)
        #expect(try BaseFeeRule.constant.next(baseFee: .zero, gasUsed: 1, gasLimit: 2) == .zero)
    }

    @Test("The fee cap covers the worst base fee of every block the bundle is valid in, and no more")
    func feeCap() throws {
        let parent = ParentBlock(number: 100, baseFeePerGas: 1_000_000_000, gasUsed: 15_000_000, gasLimit: 30_000_000)
        let one = try FeeChoice(parent: parent, policy: FeePolicy(priorityFeePerGas: 7))
        #expect(one.nextBaseFeePerGas == 1_000_000_000)
        #expect(one.maxFeePerGas == 1_000_000_007)
        #expect(one.maxPriorityFeePerGas == 7)
        #expect(one.validUntilBlock == 101)
        #expect(one.worstGasPrice == one.nextGasPrice)
        let three = try FeeChoice(parent: parent, policy: FeePolicy(priorityFeePerGas: 7, validBlocks: 3))
        #expect(three.maxFeePerGas == 1_265_625_007)
        #expect(three.nextGasPrice == 1_000_000_007)
        #expect(three.validUntilBlock == 103)
        for policy in [
            FeePolicy(validBlocks: 0), FeePolicy(validBlocks: 101), FeePolicy(tipBps: 10_001),
            FeePolicy(gasMarginBps: 100_001),
        ] {
            #expect(throws: BundleError.badPolicy) { try FeeChoice(parent: parent, policy: policy) }
        }
    }
}
