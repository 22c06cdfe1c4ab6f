import EVMCodec
import EVMTypes

/// Blocks on command.
enum MiningMethods {
    static let table: [String: LongMethod] = [
        "evm_mine": { chain, params throws(DevnetError) in
            if let object = params[0]?.object {
                let count = try object["blocks"].map(number) ?? 1
                return try await mine(chain, count, timestamp: try object["timestamp"].map(number))
            }
            return try await mine(chain, try params.number(0) ?? 1, timestamp: nil)
        },
        "anvil_mine": { chain, params throws(DevnetError) in
            let count = try params.number(0) ?? 1
            let step = try params.number(1)
            return try await mine(chain, count, timestamp: nil, step: step)
        },
        "evm_reorg": { chain, params throws(DevnetError) in
            let depth = Int(clamping: try params.number(0) ?? 1)
            let dropping = try params.flag(1)
            let made = try await chain.reorganise(depth: depth, newBlocks: depth + 1, dropping: dropping)
            return .array(made.map { .hash($0.hash) })
        },
        "anvil_reorg": { chain, params throws(DevnetError) in
            var depth = try params.number(0)
            var dropping = false
            if let options = params[0]?.object { depth = try options["depth"].map(number) }
            if let last = params[1], let flag = last.bool { dropping = flag }
            if let pairs = params[1]?.array, !pairs.isEmpty {
                throw .params("invalid argument 1: transactions of a reorg are not supported, send them after it")
            }
            guard let depth else { throw .params("missing value for required argument 0") }
            let count = Int(clamping: depth)
            guard count < chain.blockCount else {
                throw .params("Reorg depth must not exceed the current block height")
            }
            _ = try await chain.reorganise(depth: count, newBlocks: count, dropping: dropping)
            return .null
        },
        "anvil_rollback": { chain, params throws(DevnetError) in
            chain.takeBack(Int(clamping: try params.number(0) ?? 1), dropping: true)
            return .null
        },
    ]

    /// Makes blocks; gives the last one's hash.
    private static func mine(
        _ chain: isolated DevnetChain, _ count: UInt64, timestamp: UInt64?, step: UInt64? = nil
    ) async throws(DevnetError) -> JSON {
        guard count <= UInt64(DevnetChain.mineMax) else {
            throw .params("at most \(DevnetChain.mineMax) blocks can be mined at once")
        }
        var last = chain.head.hash
        var time = timestamp
        for index in 0..<count {
            if index > 0 { time = step.map { chain.head.header.timestamp.addingReportingOverflow($0).partialValue } }
            last = try await chain.mine(timestamp: time).hash
        }
        return .hash(last)
    }

    private static func number(_ value: JSON) throws(DevnetError) -> UInt64 {
        guard let number = RPCParams.number(value) else { throw .params("invalid argument 0: a number is expected") }
        return number
    }
}

extension DevnetChain {
    /// How many blocks are kept.
    var blockCount: Int { blocks.count }
}
