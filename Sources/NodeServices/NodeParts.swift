public import ChainRegistry
import EVMTypes
public import Foundation
import KeyVault
public import Logging
import MarketSync
import NodeClient
import PoolStore
import Pools
import Relays
import SearchCore

/// Everything a node owns, opened and connected with each other.
struct NodeParts: Sendable {
    let endpoints: EndpointPool
    /// Nil when no endpoint streams: the node then polls heads and sees no pending transactions.
    let session: SocketSession?
    let reader: NodeReader
    let store: PoolStore
    let archive: NodeArchive
    let signer: (any Signer)?
    let signing: SigningWatch
    let host: SearchHost
    let keeper: MarketKeeper
    let follower: BlockFollower
    /// Nil when there is no key or no executor: the node only watches.
    let submitter: Submitter?
    let auditor: PoolAuditor
    let logCheck: LogCheck
    let decisions: AsyncStream<Decision>
    let desk: DecisionDesk
    /// Nil when nothing can be run: no key or no executor.
    let states: StateKeeper?
    let recorder: OpportunityRecorder

    /// Ends threads, connections and files. Safe to call once everything has stopped.
    func close() {
        session?.close()
        endpoints.close()
        host.stop()
        do {
            try store.close()
        } catch {
            Logger(label: "martlet.store").error("the store did not close cleanly", metadata: ["error": "\(error)"])
        }
    }
}

extension MartletNode {
    /// Opens keys, stores and connections and checks what can be checked. Throws `NodeFailure` with one line.
    /// (Untyped, because Swift 6.3 breaks async functions that throw a typed error of several words.)
    ///
    /// - Parameter isLive: whether bundles are really submitted; needs a key, an executor and a relay.
    public static func open(
        _ config: NodeConfig, isLive: Bool, environment: [String: String] = ProcessInfo.processInfo.environment,
        logger: Logger
    ) async throws -> MartletNode {
        let configs = try NodeSetup.endpoints(config, environment: environment)
        let (endpoints, session) = try await connect(config, configs)
        var signer: (any Signer)?
        if let executor = config.chain.executor { signer = try NodeSetup.signer(config, executor: executor) }
        let relays = try NodeSetup.relays(config)
        if isLive { try requireLive(config, signer: signer, relays: relays) }
        let store = try openStore(config)
        if let signer, let executor = config.chain.executor {
            try await checkExecutor(executor, owner: signer.address, config, endpoints)
        }
        try await firstSync(config, configs, store, logger)
        let counters = NodeCounters()
        let parts = try await assemble(
            config, isLive: isLive, signer: signer, relays: relays, store: store, endpoints: endpoints,
            session: session,
            counters: counters, logger: logger)
        return MartletNode(config: config, isLive: isLive, parts: parts, counters: counters, logger: logger)
    }

    private static func requireLive(_ config: NodeConfig, signer: (any Signer)?, relays: [FlashbotsRelay])
        throws(NodeFailure)
    {
        if config.chain.executor == nil {
            throw NodeFailure(
                .configuration, "--live needs [executor] address; deploy one with `martlet executor deploy`")
        }
        if signer == nil { throw NodeFailure(.configuration, "--live needs [keys] searcher_keystore") }
        if relays.isEmpty {
            let kinds = config.chain.submission.map(\.rawValue).joined(separator: ", ")
            throw NodeFailure(
                .configuration,
                "--live needs a flashbots relay and [keys] relay_keystore; chain \(config.chain.name) names \(kinds)"
            )
        }
    }

    private static func openStore(_ config: NodeConfig) throws(NodeFailure) -> PoolStore {
        let folder = config.node.dataFolder + "/pools"
        do {
            return try PoolStore(
                folder: folder, chainID: config.chain.chainID, reorgDepth: config.chain.reorgDepth,
                syncCommits: config.node.syncCommits)
        } catch {
            throw NodeFailure(.configuration, "\(error)")
        }
    }

    /// An empty store is filled before anything else; a chain shorter than the depth is followed from its first block.
    private static func firstSync(
        _ config: NodeConfig, _ endpoints: [EndpointConfig], _ store: PoolStore, _ logger: Logger
    ) async throws {
        guard SyncRun.isNeeded(store) else { return }
        do {
            let report = try await SyncRun(PoolCatchUp.options(config.chain, endpoints), store: store) { progress in
                logger.info(
                    "syncing",
                    metadata: [
                        "phase": "\(progress.phase.rawValue)", "done": "\(progress.done)", "of": "\(progress.total)",
                        "pools": "\(progress.pools)",
                    ])
            }.run()
            guard let block = report.block else { return }
            logger.info(
                "pools synced",
                metadata: [
                    "block": "\(block.number)", "pools": "\(report.poolsOfDex.values.reduce(0, +))",
                    "quarantined": "\(report.quarantined.count)", "calls": "\(report.traffic.calls)",
                ])
        } catch {
            let failure = SyncError(caught: error)
            switch failure.code {
            case .peer, .cancelled: throw NodeFailure(.peer, "sync: \(failure)")
            case .configuration, .store: throw NodeFailure(.configuration, "sync: \(failure)")
            case .mismatch: throw NodeFailure(.failed, "sync: \(failure)")
            }
        }
    }

    private static func connect(_ config: NodeConfig, _ configs: [EndpointConfig]) async throws -> (
        EndpointPool, SocketSession?
    ) {
        do {
            // Plain requests first: a stream has better things to do than answer reads.
            let ordered = configs.filter { !$0.url.isStreaming } + configs.filter(\.url.isStreaming)
            let endpoints = try EndpointPool(.init(chainID: config.chain.chainID, endpoints: ordered))
            _ = try await endpoints.check()
            let streams = configs.filter(\.url.isStreaming)
            guard !streams.isEmpty else { return (endpoints, nil) }
            let session = try SocketSession(.init(endpoints: streams, chainID: config.chain.chainID))
            session.start()
            return (endpoints, session)
        } catch let caught {
            let error = NodeError(caught: caught)
            throw NodeFailure(error.fault == .user ? .configuration : .peer, "\(error)")
        }
    }

    private static func assemble(
        _ config: NodeConfig, isLive: Bool, signer: (any Signer)?, relays: [FlashbotsRelay], store: PoolStore,
        endpoints: EndpointPool, session: SocketSession?, counters: NodeCounters, logger: Logger
    ) async throws -> NodeParts {
        let market = try loadMarket(config, store)
        let head = store.head.map { HeadID(number: $0.number, hash: $0.hash) }
        let core = Searcher(config: NodeSetup.search(config), market: market, head: head)
        let runner = try await NodeSetup.runner(config, owner: signer?.address, endpoints)
        let costsOn = try NodeSetup.costs(config, endpoints)
        let (decisions, sink) = AsyncStream.makeStream(of: Decision.self, bufferingPolicy: .bufferingNewest(64))
        let desk = DecisionDesk(counters: counters, logger: logger, plans: sink)
        let host = SearchHost(core: core, runner: runner) { step in
            counters.time("step", step.duration)
            counters.time("decision", step.sinceReceipt)
            desk.take(step.decision)
        }
        let states = runner.map { _ in
            StateKeeper(reader: StateReader(endpoints), counters: counters, logger: logger)
        }
        let reader = NodeReader(pool: endpoints), logCheck = LogCheck(), searcher = signer?.address
        do {
            let keeper = try MarketKeeper(
                host: host, store: store, counters: counters, logger: logger, logCheck: logCheck,
                nonceOn: { hash in
                    guard let searcher else { return nil }
                    return try? await endpoints.getTransactionCount(searcher, at: .hash(hash))
                }, costsOn: costsOn, plans: { desk.take($0) })
            let archive = try NodeArchive(
                file: config.node.dataFolder + "/history.sqlite", chainID: config.chain.chainID,
                token: config.chain.wrappedNative ?? .zero)
            let signing = SigningWatch(logger: logger)
            let pieces = SubmitterParts(
                signing: signing, host: host, keeper: keeper, reader: reader, archive: archive, counters: counters,
                logger: logger,
                head: head?.number ?? 0)
            let startBlock = config.chain.dexes.map(\.config.startBlock).min() ?? 0
            return NodeParts(
                endpoints: endpoints, session: session, reader: reader, store: store, archive: archive, signer: signer,
                signing: signing, host: host, keeper: keeper,
                follower: BlockFollower(
                    reader: reader, sink: keeper, reorgDepth: store.reorgDepth, startBlock: startBlock
                ) { at, head in
                    logger.info("syncing", metadata: ["block": "\(at)", "head": "\(head)"])
                },
                submitter: try await submitter(config, isLive: isLive, signer: signer, relays: relays, parts: pieces),
                auditor: PoolAuditor(host: host, endpoints: endpoints, counters: counters, logger: logger),
                logCheck: logCheck, decisions: decisions, desk: desk, states: states,
                recorder: OpportunityRecorder(
                    archive: archive, host: host, isLive: isLive, retentionDays: config.history.retentionDays,
                    logger: logger))
        } catch let failure as NodeFailure {
            throw failure
        } catch {
            throw NodeFailure(.configuration, "\(error)")
        }
    }

    private static func loadMarket(_ config: NodeConfig, _ store: PoolStore) throws(NodeFailure) -> MarketState {
        var market = MarketState(dexes: config.chain.dexConfigs)
        do {
            try store.loadAll { try market.load($0) }
        } catch {
            throw NodeFailure(.failed, "\(store.folder): \(error); remove the folder to rebuild it from the chain")
        }
        return market
    }
}
