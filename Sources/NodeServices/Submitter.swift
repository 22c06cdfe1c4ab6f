import Bundles
import EVMCodec
import EVMTypes
import Foundation
import KeyVault
import Logging
import NodeClient
import Pools
import Relays
import SearchCore

/// One plan on its way out, with the state it was made on.
struct Candidate: Sendable {
    var plan: BundlePlan
    /// The head whose state the plan rests on.
    var head: BlockPoint
    /// The pending transaction it follows; nil for a gap that stands in the head's state.
    var target: Hash32?
    /// Indices of its pools in the searcher's market.
    var pools: [PoolIndex]
    /// Whether our own EVM has run it on the head, with the result the plan predicts.
    var isVerified: Bool
}

/// Signs, simulates, submits and settles bundles. One at a time, and never on a head that is no longer the newest.
actor Submitter {
    struct Setup: Sendable {
        var isLive: Bool
        var signer: any Signer
        var signing: SigningWatch
        /// Where bundles go; the first also simulates what was not verified here.
        var relays: [FlashbotsRelay]
        /// Whether the first relay simulates every bundle.
        var simulatesAtRelay: Bool
        var reconciler: Reconciler
        var counters: NodeCounters
        var logger: Logger
        /// Whether a block is the newest applied one.
        var isCurrent: @Sendable (BlockPoint) async -> Bool
        /// Told what became of each candidate before its block, for the searcher's own bookkeeping.
        var report: @Sendable (Candidate, PlanOutcome.Result) async -> Void
        /// Told of every record that a block settled.
        var settled: @Sendable (BundleRecord) async -> Void
    }

    private let setup: Setup
    private var book: BundleBook
    /// Net profit of the best bundle that went out for a block, and the id under which a better one replaces it.
    private var best: (block: UInt64, net: U256, uuid: String)?

    init(setup: Setup, book: BundleBook) {
        self.setup = setup
        self.book = book
    }

    /// Totals of all included bundles.
    var totals: ProfitTotals { book.totals }

    /// Bundles that wait for their block.
    var inFlight: Int { book.open.values.count { $0.state == .submitted } }

    // MARK: Heads

    /// A new head: settles what can be settled. `isCanonical` says whether a block is applied and not undone.
    func follow(_ head: BlockPoint, isCanonical: @Sendable (BlockPoint) async -> Bool) async throws {
        var asked: [BundleRecord] = []
        for record in book.open.values.sorted(by: {
            ($0.targetBlock, $0.transaction) < ($1.targetBlock, $1.transaction)
        })
        where await setup.reconciler.needsReceipt(record, isCanonical: isCanonical) {
            asked.append(record)
        }
        let receipts = try await setup.reconciler.reader.receipts(of: asked.map(\.transaction))
        for record in asked {
            let receipt = receipts[record.transaction]
            guard
                let next = await setup.reconciler.settle(record, receipt: receipt, head: head, isCanonical: isCanonical)
            else {
                continue
            }
            try await put(next)
            log(next)
            await setup.settled(next)
        }
        book.forget { !setup.reconciler.isWatched($0, head: head.number) }
    }

    /// Blocks after `ancestor` were undone: bundles that had missed those blocks may now land in their replacements.
    func reopen(after ancestor: UInt64) {
        for var record in book.open.values where record.state == .expired && record.targetBlock > ancestor {
            record.state = .submitted
            book.put(record)
        }
        best = nil
    }

    /// The newest records that are still held in memory, newest first.
    var newest: [BundleRecord] {
        book.open.values.sorted { ($1.targetBlock, $1.transaction) < ($0.targetBlock, $0.transaction) }
    }

    private func log(_ record: BundleRecord) {
        var metadata: Logger.Metadata = [
            "state": "\(record.state.rawValue)", "transaction": "\(record.transaction)",
            "block": "\(record.targetBlock)",
        ]
        if let net = record.net { metadata["net_wei"] = "\(net)" }
        setup.logger.info("bundle settled", metadata: metadata)
        guard record.state == .landed, let growth = record.growth, let tip = record.tip else { return }
        // Read back from disk after a restart, a record has only the least net that was promised.
        let isKept = !record.predictedGross.isZero
        let differs =
            isKept
            ? tip != record.predictedTip || growth.adding(tip) != record.predictedGross
            : record.net.map { $0 < record.predictedNet } ?? false
        if differs {
            setup.counters.add(\.predictedDiffers, "predicted_differs")
            setup.logger.error("an included bundle earned something else than predicted", metadata: metadata)
        }
    }

    // MARK: Candidates

    /// Takes one plan the whole way: signature, simulation, record, submission.
    func consider(_ candidate: Candidate) async {
        let block = candidate.head.number + 1
        guard await setup.isCurrent(candidate.head) else { return skip(\.bundlesStale, "bundles.stale", "staleHead") }
        guard setup.signing.isOn else { return setup.counters.reason("signer.away") }
        if let best, best.block == block, best.net >= candidate.plan.netProfitWei {
            setup.counters.reason("worseThanSubmitted")
            return
        }
        var signed = candidate.plan.ours
        let outcome = await setup.signer.sign(.transaction(signed, .bundle))
        setup.signing.note(outcome)
        guard let signature = outcome.signature else {
            setup.counters.reason("signer.\(outcome.reason ?? "")")
            if let text = outcome.text { setup.logger.warning("not signed", metadata: ["reason": "\(text)"]) }
            return
        }
        signed.signature = signature
        guard let raw = candidate.plan.rawTransactions(signed: signed) else {
            return skip(\.bundlesFailed, "bundles.failed", "unsignedBundle")
        }
        setup.counters.add(\.bundlesBuilt, "bundles.built")
        let uuid = best?.block == block ? best?.uuid ?? Self.uuid() : Self.uuid()
        let request = Relays.BundleRequest(transactions: raw, blockNumber: block, replacementUUID: uuid)
        var record = record(candidate, signed, request)
        do {
            if setup.simulatesAtRelay || !candidate.isVerified, let fault = try await simulate(request, candidate) {
                throw fault
            }
            setup.counters.add(\.bundlesSimulated, "bundles.simulated")
            try await submit(&record, request, candidate, uuid)
        } catch {
            // It is not out: the next plan need not be better than it.
            if best?.uuid == uuid, best?.net == candidate.plan.netProfitWei { best = nil }
            record.state = .failed
            record.reason = String("\(error)".prefix(300))
            setup.counters.add(\.bundlesFailed, "bundles.failed")
            await save(record)
            // Only what we did wrong counts against our pools and towards the breaker: a target that fails, or a
            // relay that
            // does not answer, says nothing about them.
            let isOurs = (error as? SimulationFault)?.isOurs ?? false
            setup.counters.reason(isOurs ? "simulation.ours" : "simulation.others")
            await setup.report(candidate, isOurs ? .failed : .dropped)
        }
    }

    private struct SimulationFault: Error, CustomStringConvertible {
        var text: String
        var isOurs: Bool
        var description: String { text }
    }

    private func skip(
        _ path: any WritableKeyPath<NodeCounters.Values, UInt64> & Sendable, _ name: String, _ reason: String
    ) {
        setup.counters.add(path, name)
        setup.counters.reason(reason)
    }

    /// What is wrong with the bundle according to a run on the candidate's head, or nil.
    private func simulate(_ request: Relays.BundleRequest, _ candidate: Candidate) async throws -> SimulationFault? {
        guard let relay = setup.relays.first else { return try await simulateAlone(candidate) }
        let run = try await relay.simulate(request, on: .number(candidate.head.number))
        if let failed = run.firstFailure {
            guard case .failed(let error, let text, let data) = failed.outcome else { return nil }
            let isOurs = failed.transactionHash == run.results.last?.transactionHash
            let reason = text ?? RevertReason.text(data) ?? error
            return SimulationFault(
                text: "\(isOurs ? "ours" : "the target") failed in simulation: \(reason)", isOurs: isOurs)
        }
        guard let ours = run.results.last, run.results.count == request.transactions.count else {
            return SimulationFault(text: "the simulation is of another bundle", isOurs: false)
        }
        guard ours.ethSentToCoinbase == candidate.plan.tipWei else {
            let text = "simulated tip \(ours.ethSentToCoinbase) wei, predicted \(candidate.plan.tipWei)"
            return SimulationFault(text: text, isOurs: true)
        }
        return nil
    }

    /// Without a relay: `eth_call` of our transaction on the head, which is exact only when there is no target.
    private func simulateAlone(_ candidate: Candidate) async throws -> SimulationFault? {
        guard candidate.plan.targets.isEmpty else {
            return SimulationFault(text: "no relay here simulates a bundle behind a pending transaction", isOurs: false)
        }
        let ours = candidate.plan.ours
        let request = CallRequest(to: ours.to, data: ours.data, from: setup.signer.address, gas: ours.gasLimit)
        do {
            _ = try await setup.reconciler.reader.call(request, at: candidate.head.hash)
            return nil
        } catch {
            guard case .rpc(.reverted(let data)) = NodeError(caught: error).code else { throw error }
            return SimulationFault(
                text: "ours failed in simulation: \(RevertReason.text(data) ?? "reverted")", isOurs: true)
        }
    }

    private func submit(
        _ record: inout BundleRecord, _ request: Relays.BundleRequest, _ candidate: Candidate, _ uuid: String
    )
        async throws
    {
        guard setup.isLive else {
            record.state = .simulated
            best = (request.blockNumber, candidate.plan.netProfitWei, uuid)
            await save(record)
            return await setup.report(candidate, .simulated)
        }
        guard await setup.isCurrent(candidate.head), !setup.signer.isPaused else {
            await setup.report(candidate, .dropped)
            return skip(\.bundlesStale, "bundles.stale", setup.signer.isPaused ? "signer.paused" : "staleHead")
        }
        record.state = .submitted
        // On disk before it leaves: a crash right after the submission must not lose track of it.
        try await put(record)
        best = (request.blockNumber, candidate.plan.netProfitWei, uuid)
        let order = SubmissionOrder(bundle: request, ours: request.transactions.suffix(1))
        let reports = await Submission.submit(order, to: setup.relays.map { .flashbots($0) })
        let isOut = reports.contains {
            if case .accepted = $0.outcome { true } else if case .uncertain = $0.outcome { true } else { false }
        }
        guard isOut else {
            throw reports.compactMap(\.outcome.error).first ?? SimulationFault(text: "no relay took it", isOurs: false)
        }
        setup.counters.add(\.bundlesSubmitted, "bundles.submitted")
        setup.logger.info(
            "bundle submitted",
            metadata: [
                "transaction": "\(record.transaction)", "block": "\(record.targetBlock)", "legs": "\(record.legs)",
                "predicted_net_wei": "\(record.predictedNet)", "backrun": "\(record.target != nil)",
            ])
        await setup.report(candidate, .submitted)
    }

    /// On disk first, then in memory.
    private func put(_ record: BundleRecord) async throws {
        try await book.journal.save(record)
        book.put(record)
    }

    private func save(_ record: BundleRecord) async {
        do {
            try await put(record)
        } catch {
            setup.logger.error("a bundle record could not be written", metadata: ["error": "\(error)"])
        }
    }

    private func record(_ candidate: Candidate, _ signed: Transaction, _ request: Relays.BundleRequest) -> BundleRecord
    {
        let plan = candidate.plan
        return BundleRecord(
            transaction: signed.hash, target: candidate.target, targetBlock: request.blockNumber,
            bundleHash: request.bundleHash, nonce: signed.nonce, relays: setup.relays.map(\.name),
            legs: max(0, plan.program.bytes.count / ExecutorProgram.recordSize - 1), state: .failed,
            predictedGross: plan.grossProfitWei, predictedTip: plan.tipWei,
            predictedNet: predictedNet(plan),
            minProfit: U256(plan.minProfit))
    }

    /// What the plan nets in the next block: the gas of the run at that block's price. It may lie above
    /// `netProfitWei`, which is reckoned at the worst price of all blocks the plan is valid in.
    private func predictedNet(_ plan: BundlePlan) -> I256 {
        let gas = U256(plan.expectedGas), worst = gas &* plan.fees.worstGasPrice
        let cost = plan.gasCostWei &- worst &+ gas &* plan.fees.nextGasPrice
        return I256(bits: plan.grossProfitWei &- plan.tipWei &- cost)
    }

    private static func uuid() -> String { UUID().uuidString.lowercased() }
}
