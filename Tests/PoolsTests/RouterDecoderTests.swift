import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import Pools

@Suite struct RouterDecoderTests {
    private let sender = Address(high: 7, low: 7)
    private let wrapped = Address(hex: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2") ?? .zero

    private func table(_ kind: RouterKind) -> (Address, RouterTable) {
        let address = Address(high: 1, low: UInt128(kind.rawValue) + 1)
        let entry = RouterEntry(address: address, kind: kind, v2DexID: 1, v3DexID: 2)
        return (address, RouterTable([entry], wrappedNative: wrapped))
    }

    private func decode(_ data: [UInt8], _ kind: RouterKind, value: U256 = .zero) -> RouterDecoding {
        let (address, routers) = table(kind)
        return RouterDecoder.decode(to: address, value: value, data: data, from: sender, routers: routers)
    }

    @Test func selectorsAreTheHashesOfTheirSignatures() {
        for (selector, signature) in RouterSelector.signatures {
            #expect(ABI.selector(signature).reduce(0) { $0 << 8 | UInt32($1) } == selector, "\(signature)")
        }
    }

    @Test func theUniversalRouterSamplesDecodeOrAreRefusedByName() throws {
        guard let data = try SharedData.data("data/raw_tx/universal_router_calldata.json.gz") else { return }
        let samples = try #require(try JSON.parse([UInt8](data)).array)
        var summary: [String: Int] = [:], swaps = 0, lines: [String] = []
        for sample in samples {
            let calldata = try #require(sample["data"]?.hexBytes)
            switch decode(calldata, .universalRouter, value: .zero) {
            case .plan(let plan):
                summary["plan", default: 0] += 1
                swaps += plan.swaps.count
                lines += plan.swaps.map(Self.line)
            case .unsupported(.v4Swap): summary["v4", default: 0] += 1
            case .unsupported(.command): summary["command", default: 0] += 1
            case .malformed(.notTheSender): summary["other sender", default: 0] += 1
            case .unknownSelector(0x2c40_29e9): summary["unknown selector", default: 0] += 1
            case let other: Issue.record("\(other) \(sample["src"]?.string ?? "") \(calldata.count)")
            }
        }
        print("universal router samples: \(summary), \(swaps) swaps")
        if ProcessInfo.processInfo.environment["MARTLET_PRINT_SWAPS"] != nil { print(lines.joined(separator: "\n")) }
        #expect(samples.count == 21 && swaps == 10)
        #expect(summary == ["plan": 13, "v4": 4, "command": 1, "unknown selector": 2, "other sender": 1])
    }

    private static func line(_ swap: SwapIntent) -> String {
        let tokens = swap.path.map(\.tokenIn.hex) + [swap.path.last?.tokenOut.hex ?? ""]
        return "SWAP \(swap.kind) \(swap.path[0].kind) \(swap.amount) \(swap.limit) \(tokens.joined(separator: ",")) "
            + "\(swap.path.map { String($0.feePips) }.joined(separator: ",")) \(swap.recipient) \(swap.routerPays)"
    }

    /// A transaction of each form, as bytes to mutate.
    private func seeds() throws -> [(RouterKind, [UInt8])] {
        let file = try UniswapVectors.file("routers.json")
        let kinds: [Address?: RouterKind] = [
            file["router02v2"]?.address: .uniswapV2Router02, file["swapRouter"]?.address: .uniswapV3SwapRouter,
            file["swapRouter02"]?.address: .swapRouter02,
        ]
        var seeds = try #require(file["transactions"]?.array).prefix(120).compactMap { entry in
            kinds[entry["to"]?.address].flatMap { kind in entry["data"]?.hexBytes.map { (kind, $0) } }
        }
        if let data = try SharedData.data("data/raw_tx/universal_router_calldata.json.gz") {
            let samples = try #require(try JSON.parse([UInt8](data)).array)
            seeds += samples.compactMap { $0["data"]?.hexBytes }.map { (.universalRouter, $0) }
        }
        return seeds
    }

    @Test func mutatedCalldataNeverTraps() throws {
        var random = SeededGenerator()
        var plans = 0
        for (kind, seed) in try seeds() {
            for _ in 0..<60 {
                var bytes = seed
                for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes.removeSubrange(at...)
                    case 2: bytes[at] = 0xff
                    default: bytes.insert(contentsOf: bytes[..<min(32, at)], at: at)
                    }
                }
                if case .plan = decode(bytes, kind, value: 5) { plans += 1 }
            }
            for length in [0, 1, 3, 4, 5, 36, 100] {
                _ = decode(Array(seed.prefix(length)), kind)
                _ = decode(
                    Array(seed.prefix(4)) + (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }, kind)
            }
        }
        #expect(plans > 0)
    }

    @Test func refusalsHaveNames() throws {
        #expect(decode([], .uniswapV2Router02) == .malformed(.encoding))
        #expect(decode([1, 2, 3, 4], .uniswapV2Router02) == .unknownSelector(0x0102_0304))
        let elsewhere = RouterDecoder.decode(
            to: .zero, value: .zero, data: [1, 2, 3, 4], from: sender, routers: table(.swapRouter02).1)
        #expect(elsewhere == .notARouter)
        func execute(_ commands: [UInt8], _ inputs: [[UInt8]]) throws -> RouterDecoding {
            let body = try ABI.encode(
                [.bytes(commands), .array(inputs.map { .bytes($0) })], as: [.bytes, .array(.bytes)])
            return decode(ABI.selector("execute(bytes,bytes[])") + body, .universalRouter)
        }
        #expect(try execute([0x21], [[]]) == .unsupported(.subPlan))
        #expect(try execute([0x10], [[]]) == .unsupported(.v4Swap))
        #expect(try execute([0x3f], [[]]) == .unsupported(.command(0x3f)))
        #expect(try execute([0x0a, 0x0a], [[]]) == .malformed(.lengthMismatch))
        #expect(try execute([0x00], [[1]]) == .malformed(.encoding))
        #expect(
            try execute(Array(repeating: 0x0a, count: 33), Array(repeating: [], count: 33))
                == .unsupported(.tooManySteps))
        if case .plan(let plan) = try execute([0x8a], [[]]) {
            #expect(plan.steps[0].allowsRevert)
        } else {
            Issue.record("a permit that may revert is a plan")
        }
    }

    @Test func nestingIsBounded() throws {
        var call = ABI.selector("refundETH()")
        for depth in 1...4 {
            call =
                ABI.selector("multicall(bytes[])")
                + (try ABI.encode([.array([.bytes(call)])], as: [.array(.bytes)]))
            let decoding = decode(call, .swapRouter02)
            if depth <= 2 {
                guard case .plan = decoding else {
                    Issue.record("depth \(depth): \(decoding)")
                    continue
                }
            } else {
                #expect(decoding == .unsupported(.nestedTooDeep))
            }
        }
    }
}
