import EVM
public import EVMCodec
import EVMTypes
import ForkState
public import NodeClient

/// A node's chain at one block as the ground that a devnet stands on.
struct ForkedState: StateSource {
    let fork: PinnedFork

    func facts(for needs: [StateNeed]) async throws -> [StateFact] {
        let answers = try await fork.answers(for: needs)
        var facts = answers.codes.map { StateFact.code($0.key, $0.value) }
        facts += answers.accounts.map { .account($0.key, $0.value.state) }
        facts += answers.slots.map { .slot($0.key.address, $0.key.slot, $0.value) }
        facts += answers.blockHashes.map { .blockHash($0.key, $0.value) }
        return facts
    }
}

extension DevnetChain {
    /// A devnet on the state of a node's block, which is fetched as it is needed.
    ///
    /// The first block is the node's own; blocks and logs before it are not served. State roots of the blocks on it
    /// are no roots (see `BlockBuilder`), and there are no proofs. The development accounts get their wei on top of
    /// nonce and code that they have there. Throws with a line for people when the node cannot be used.
    /// - Parameters:
    ///   - cacheFolder: where what was fetched is kept between runs; nil keeps nothing.
    ///   - keepsChainID: whether `config.chainID` holds; else it is the node's.
    ///   - keepsFork: whether `config.fork` holds; else it is read off the block's header.
    public static func forking(
        _ config: DevnetConfig, at endpoint: EndpointConfig, block: UInt64?, cacheFolder: String?,
        keepsChainID: Bool, keepsFork: Bool
    ) async throws(DevnetError) -> DevnetChain {
        var config = config
        do {
            let cache = cacheFolder.map { StateCache(folder: $0) }
            let source = ForkSource(try RPCClient(endpoint), label: endpoint.name, cache: cache)
            let fork = try await source.pin(block.map { .number($0) } ?? .latest)
            if !keepsChainID {
                let request = RPCRequest("eth_chainId", [])
                guard let id = try await source.call(request).quantityU64 else {
                    throw DevnetError("the node answers no chain id")
                }
                config.chainID = id
            }
            if !keepsFork { config.fork = BlockRules.fork(of: fork.header) }
            guard config.fork >= .paris else { throw DevnetError("the devnet knows Paris and later forks") }
            config.gasLimit = max(fork.header.gasLimit, 100_000)
            let answers = try await fork.answers(for: config.accounts.map { .account($0.address) })
            var state = PinnedState(unknown: .asked)
            answers.fill(&state)
            for account in config.accounts {
                var held = answers.accounts[account.address]?.state ?? AccountState()
                held.balance = max(held.balance, config.balance)
                state.setAccount(account.address, held)
            }
            return DevnetChain(
                config, world: World(state), genesis: fork.header, hash: fork.hash, source: ForkedState(fork: fork))
        } catch let error as DevnetError {
            throw error
        } catch {
            throw DevnetError("the node cannot be forked: \(error)")
        }
    }
}
