import ChainRegistry
import EVMCodec
import EVMTypes
import Foundation
import KeyVault
import Logging
import NodeClient
import PoolStore
import Pools
import Relays
import RiskRules
import SearchCore
public import ServiceLifecycle
import Synchronization

/// A running node: follows one chain, searches, and submits what pays.
///
/// `open` does everything that can fail with one clear line; `run` then lives until a graceful shutdown.
public final class MartletNode: Service {
    let config: NodeConfig
    let isLive: Bool
    let parts: NodeParts
    let counters: NodeCounters
    let logger: Logger
    let startedAt = ContinuousClock.now
    let phase = Mutex(Phase())

    /// What the node is doing, for status and health.
    struct Phase: Sendable {
        var head: BlockHeader?
        var headSeenAt: ContinuousClock.Instant?
        var isSynced = false
        var isPaused = false
        var isConnected = false
        var isBreakerTold = false
        var lastFault: String?
    }

    init(config: NodeConfig, isLive: Bool, parts: NodeParts, counters: NodeCounters, logger: Logger) {
        self.config = config
        self.isLive = isLive
        self.parts = parts
        self.counters = counters
        self.logger = logger
    }

    /// Lives until graceful shutdown or a failure that a restart must look at. Closes everything it opened.
    public func run() async throws {
        let pools = await poolCount()
        logger.info(
            "node started",
            metadata: ["chain": "\(config.chain.name)", "mode": isLive ? "live" : "dry run", "pools": "\(pools)"])
        defer { parts.close() }
        try await cancelWhenGracefulShutdown {
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let (heads, headSink) = AsyncStream.makeStream(
                        of: HeadNotice.self, bufferingPolicy: .bufferingNewest(4))
                    group.addTask { try await self.feed(into: headSink) }
                    group.addTask { await self.watchSilence(headSink) }
                    group.addTask { try await self.follow(heads) }
                    group.addTask { await self.submitPlans() }
                    group.addTask { await self.watchSigner() }
                    group.addTask { await self.answerRequests() }
                    try await group.next()
                    group.cancelAll()
                }
            } catch is CancellationError {
                return
            }
        }
        logger.info("node stopped")
    }

    private func poolCount() async -> Int { await parts.host.run { $0.market.poolCount } ?? 0 }

    // MARK: What comes in

    enum HeadNotice: Sendable {
        case announced(BlockHeader)
        /// Something was lost or it is too quiet: ask for the newest head.
        case look
    }

    /// Subscribes and distributes. Ends only by cancellation, or when the session is closed for good.
    private func feed(into heads: AsyncStream<HeadNotice>.Continuation) async throws {
        heads.yield(.look)
        guard let session = parts.session else {
            // Without a streaming endpoint the silence watch polls.
            return try await Task.sleep(for: .seconds(1_000_000_000))
        }
        var kinds: [SubscriptionKind] = [.newHeads, .logs(LogFilter(topics: [EventTopics.followed]))]
        if config.chain.mempool == .public { kinds.append(.pendingTransactions) }
        let subscription = try await session.subscribe(kinds)
        defer { subscription.cancel() }
        phase.withLock { $0.isConnected = true }
        for await event in subscription {
            switch event.item {
            case .header(let header): heads.yield(.announced(header))
            case .pending(let pending):
                counters.add(\.pendingSeen, "pending.seen")
                if phase.withLock({ $0.isSynced }) { parts.host.offer(pending, receivedAt: event.receivedAt) }
            case .log(let log): parts.logCheck.heard(log)
            case .gap(let dropped):
                counters.reason("feed.gap")
                logger.warning("the feed was too fast, back-filling", metadata: ["dropped": "\(dropped)"])
                heads.yield(.look)
            case .disconnected(let error):
                phase.withLock { ($0.isConnected, $0.lastFault) = (false, error.message) }
                logger.warning("connection lost", metadata: ["error": "\(error)"])
            case .reconnected(let endpoint):
                phase.withLock { $0.isConnected = true }
                counters.add(\.reconnects, "reconnects")
                logger.notice("connected again, back-filling", metadata: ["endpoint": "\(endpoint)"])
                heads.yield(.look)
            case .refused(let reason):
                counters.reason("feed.refused")
                logger.debug("notification refused", metadata: ["reason": "\(reason)"])
            case .pendingHash, .other: counters.reason("feed.other")
            }
        }
        try Task.checkCancellation()
        throw NodeFailure(.peer, "the subscription ended and cannot be renewed")
    }

    /// Notices a head that did not come: after three block times without one, the newest head is asked for.
    private func watchSilence(_ heads: AsyncStream<HeadNotice>.Continuation) async {
        let blockTime = Duration.milliseconds(Int(config.chain.blockTimeMilliseconds))
        let patience = parts.session == nil ? max(blockTime / 2, .milliseconds(250)) : max(blockTime * 3, .seconds(3))
        var lastLook = ContinuousClock.now
        while !Task.isCancelled {
            try? await Task.sleep(for: min(patience / 2, .seconds(1)))
            let last = max(phase.withLock { $0.headSeenAt } ?? startedAt, lastLook)
            if ContinuousClock.now - last >= patience {
                lastLook = .now
                heads.yield(.look)
            }
        }
    }

    // MARK: Following

    /// Takes heads one after the other. A peer's failure is logged and tried again; a failure of ours ends the node.
    private func follow(_ heads: AsyncStream<HeadNotice>) async throws {
        for await notice in heads {
            do {
                try await take(notice)
            } catch let error as NodeError {
                guard error.code != .cancelled else { throw CancellationError() }
                note(fault: "\(error)")
                try await Task.sleep(for: .milliseconds(250))
            } catch FollowError.blockMissing(let name) {
                note(fault: "the peer does not have block \(name) yet")
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        try Task.checkCancellation()
    }

    private func note(fault: String) {
        phase.withLock { $0.lastFault = fault }
        counters.reason("follow.peerFailed")
        logger.warning("following the chain failed, trying again", metadata: ["error": "\(fault)"])
    }

    private func take(_ notice: HeadNotice) async throws {
        let header: BlockHeader, wasAnnounced: Bool
        switch notice {
        case .announced(let announced): (header, wasAnnounced) = (announced, true)
        case .look: (header, wasAnnounced) = (try await parts.reader.latestHeader(), false)
        }
        await parts.keeper.expect(header)
        let wasSynced = phase.withLock { $0.isSynced }
        let state = readState(of: header)
        let done: Advance
        do {
            done = try await parts.follower.advance(to: header)
        } catch {
            state?.cancel()
            throw error
        }
        await deliver(state, of: header)
        guard done.applied > 0 || !wasSynced else { return }
        counters.add(\.blocksApplied, "blocks.applied", done.applied)
        if wasSynced {
            let missed = done.backFilled + (wasAnnounced ? 0 : 1)
            counters.add(\.headsMissed, "heads.missed", missed)
            if missed > 0 {
                logger.notice(
                    "heads were missed and repaired", metadata: ["blocks": "\(missed)", "head": "\(header.number)"])
            }
        }
        phase.withLock { phase in
            phase.head = header
            phase.headSeenAt = .now
            phase.lastFault = nil
            if !phase.isSynced { logger.info("at the head", metadata: ["block": "\(header.number)"]) }
            phase.isSynced = true
        }
        let point = BlockPoint(number: header.number, hash: header.hash)
        if let submitter = parts.submitter {
            let keeper = parts.keeper
            if done.undone > 0 { await submitter.reopen(after: header.number - min(header.number, done.applied)) }
            try await submitter.follow(point) { await keeper.isCanonical($0) }
        }
        await parts.auditor.audit(at: point)
        let missing = parts.session == nil ? 0 : parts.logCheck.missing(in: header.parentHash)
        counters.add(\.logsMissed, "logs.missed", missing)
    }

    // MARK: What goes out

    /// Takes plans one at a time, newest first when several wait.
    private func submitPlans() async {
        for await decision in parts.decisions {
            await record(decision)
            guard let plan = decision.plan, let submitter = parts.submitter else { continue }
            let head = BlockPoint(number: plan.head.number, hash: plan.head.hash)
            await submitter.consider(
                Candidate(
                    plan: plan.bundle, head: head, target: plan.target, pools: plan.pools,
                    isVerified: plan.isVerified))
        }
    }

    private func record(_ decision: Decision) async {
        if let reason = decision.skipped {
            counters.reason("\(reason)")
            if reason == .risk(.breakerOpen), !phase.withLock({ $0.isBreakerTold }) {
                phase.withLock { $0.isBreakerTold = true }
                logger.warning("too many failures in a row: nothing goes out until `martlet admin node_resume`")
            }
        }
        guard let opportunity = decision.opportunity else { return }
        counters.add(\.opportunitiesFound, "opportunities.found")
        if decision.plan == nil { counters.add(\.opportunitiesRejected, "opportunities.rejected") }
        await parts.recorder.record(opportunity, plan: decision.plan, skipped: decision.skipped)
    }

    /// Sees each second whether the signer is there, so that its end shows before the next opportunity.
    private func watchSigner() async {
        guard let signer = parts.signer else { return await Self.untilCancelled() }
        while !Task.isCancelled {
            await parts.signing.probe(signer)
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private static func untilCancelled() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
    }

    // MARK: The operator

    /// Stops signing. When it returns, nothing is signed until `resume`.
    public func pause(reason: String? = nil) async {
        parts.signer?.pause()
        phase.withLock { $0.isPaused = true }
        _ = await parts.host.run { $0.step(.pause) }
        logger.notice("paused by the operator", metadata: ["reason": "\(reason ?? "none given")"])
    }

    /// Allows signing again and closes the failure breaker.
    public func resume() async {
        _ = await parts.host.run { $0.step(.resume) }
        parts.signer?.resume()
        parts.signing.trustAgain()
        phase.withLock { ($0.isPaused, $0.isBreakerTold) = (false, false) }
        logger.notice("resumed by the operator")
    }
}
