import Bundles
import ChainRegistry
import EVMTypes
import KeyVault
import Logging
import NodeClient
import Relays
import SearchCore

extension MartletNode {
    /// The submitter, with what the last run left unsettled; nil without a key, an executor or a wrapped native token.
    static func submitter(
        _ config: NodeConfig, isLive: Bool, signer: (any Signer)?, relays: [FlashbotsRelay], parts: SubmitterParts
    ) async throws -> Submitter? {
        guard let signer, let executor = config.chain.executor, let token = config.chain.wrappedNative else {
            return nil
        }
        let host = parts.host, counters = parts.counters, keeper = parts.keeper
        let setup = Submitter.Setup(
            isLive: isLive, signer: signer, signing: parts.signing, relays: relays,
            simulatesAtRelay: config.search.relaySimulation,
            reconciler: Reconciler(
                reader: parts.reader, executor: executor, token: token, reorgDepth: config.chain.reorgDepth),
            counters: counters, logger: parts.logger, isCurrent: { await keeper.tip() == $0 },
            report: { candidate, result in
                let outcome = PlanOutcome(
                    result: result, pools: candidate.pools, timeMilliseconds: MarketKeeper.nowMilliseconds())
                _ = await host.run { $0.step(.outcome(outcome)) }
            },
            settled: { record in
                if record.state == .expired { counters.add(\.bundlesExpired, "bundles.expired") }
                guard record.isIncluded else { return }
                let outcome = PlanOutcome(
                    result: record.state == .landed ? .landed : .reverted, pools: [], netWei: record.net,
                    timeMilliseconds: MarketKeeper.nowMilliseconds())
                _ = await host.run { $0.step(.outcome(outcome)) }
            })
        var book = BundleBook(journal: parts.archive)
        do {
            let head = parts.head > config.chain.reorgDepth ? parts.head - config.chain.reorgDepth : 0
            try await book.load(since: head)
        } catch {
            throw NodeFailure(.configuration, "\(error)")
        }
        return Submitter(setup: setup, book: book)
    }

    /// What a submitter is made of besides configuration.
    struct SubmitterParts: Sendable {
        var signing: SigningWatch
        var host: SearchHost
        var keeper: MarketKeeper
        var reader: NodeReader
        var archive: NodeArchive
        var counters: NodeCounters
        var logger: Logger
        /// The block the store stands at.
        var head: UInt64
    }

    /// Refuses an address that is not our executor, or is somebody else's.
    static func checkExecutor(
        _ executor: Address, owner: Address, _ config: NodeConfig, _ endpoints: EndpointPool
    ) async throws {
        let code: [UInt8]
        do {
            code = try await endpoints.getCode(executor)
        } catch {
            throw NodeFailure(.peer, "\(error)")
        }
        guard let found = ExecutorCode.immutables(ofDeployed: code) else {
            let what = code.isEmpty ? "has no code" : "is not this version's executor"
            throw NodeFailure(
                .configuration,
                "[executor] address \(executor) \(what); deploy one with `martlet executor deploy --live`")
        }
        guard found.owner == owner else {
            throw NodeFailure(
                .configuration, "executor \(executor) belongs to \(found.owner), the searcher key is \(owner)")
        }
        guard found.wrappedNative == config.chain.wrappedNative else {
            throw NodeFailure(
                .configuration, "executor \(executor) was deployed for wrapped native token \(found.wrappedNative)")
        }
    }
}
