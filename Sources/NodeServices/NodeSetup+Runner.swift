import ChainCosts
import ChainRegistry
import EVM
import EVMCodec
import EVMTypes
import NodeClient
import SearchCore

extension NodeSetup {
    /// How transactions are run here; nil when nothing is ever planned (no key, no executor).
    ///
    /// A chain with a fork schedule goes by it. Any other goes by Ethereum's rules at the youngest fork before Osaka
    /// whose fields its newest header has.
    static func runner(_ config: NodeConfig, owner: Address?, _ endpoints: EndpointPool) async throws -> RunnerConfig? {
        guard let owner, let executor = config.chain.executor, let token = config.chain.wrappedNative else {
            return nil
        }
        let chainID = config.chain.chainID
        var rules = RunnerRules.schedule
        let isKnown = chainID == 42_161 || ExecutionRules.schedules.contains { $0.chainID == chainID }
        if !isKnown {
            do {
                let header = try await endpoints.call("eth_getBlockByNumber", [.string("latest"), .bool(false)])
                rules = .ethereum(fork(of: header))
            } catch {
                throw NodeFailure(.peer, "\(error)")
            }
        }
        return RunnerConfig(
            rules: rules, chainID: chainID, owner: owner, executor: executor, settlement: token,
            blockSeconds: max(1, config.chain.blockTimeMilliseconds / 1_000))
    }

    private static func fork(of header: JSON) -> Hardfork {
        func has(_ name: String) -> Bool { header[name].map { !$0.isNull } ?? false }
        if has("requestsHash") { return .prague }
        if has("blobGasUsed") || has("parentBeaconBlockRoot") { return .cancun }
        if has("withdrawalsRoot") { return .shanghai }
        return has("baseFeePerGas") ? .paris : .berlin
    }

    /// Reads what a chain charges beside gas, as of a block. Throws `NodeFailure` for a chain whose fees are not known.
    static func costs(
        _ config: NodeConfig, _ endpoints: EndpointPool
    ) throws -> @Sendable (BlockHeader) async -> ChainParameters? {
        let chain = config.chain
        return { header in
            do throws(CostProblem) {
                let model = try CostModel(
                    named: chain.feeModel.rawValue, chainID: chain.chainID, timestamp: header.timestamp)
                if model.reads.isEmpty { return .gasOnly }
                guard let words = await read(model.reads, at: header.hash, endpoints) else { return nil }
                return try ChainParameters(model, answers: words)
            } catch {
                return nil
            }
        }
    }

    private static func read(
        _ reads: [StateRead], at block: Hash32, _ endpoints: EndpointPool
    ) async -> [U256]? {
        let at = BlockID.hash(block).json
        let requests = reads.map { read in
            switch read {
            case .slot(let address, let key):
                RPCRequest("eth_getStorageAt", [.address(address), .hash(Hash32(key)), at])
            case .call(let to, let data): RPCRequest("eth_call", [["to": .address(to), "data": .hex(data)], at])
            }
        }
        guard let answers = try? await endpoints.batch(requests) else { return nil }
        var words: [U256] = []
        for answer in answers {
            guard let bytes = try? answer.get().hexBytes, bytes.count >= 32 else { return nil }
            words.append(U256(bigEndian: bytes[..<32]))
        }
        return words.count == reads.count ? words : nil
    }
}
