import EVM
import EVMCodec
import EVMTypes
import Simulation

extension DevnetChain {
    /// Puts the bundles for this block on top of it: each alone on the block's start, then in the order of payment for
    /// gas, all or nothing. A transaction that an earlier bundle brought is not run again.
    func putBundles(into draft: inout BlockDraft) throws(DevnetError) -> [BundleVerdict] {
        var verdicts: [BundleVerdict] = []
        var candidates: [(index: Int, price: I256)] = []
        for index in relay.indices(for: draft.header.number) {
            guard relay.bundles[index].times.contains(draft.header.timestamp) else {
                verdicts.append(BundleVerdict(index: index, text: "timestamp out of range"))
                continue
            }
            let start = machine.overlay.checkpoint()
            let (outcome, reason) = try attempt(
                relay.bundles[index].transactions, relay.bundles[index].mayRevert, draft)
            machine.overlay.revert(to: start)
            if let outcome {
                candidates.append((index, outcome.bundleGasPrice))
            } else {
                verdicts.append(BundleVerdict(index: index, text: "failed: \(reason)"))
            }
        }
        // Equal payments keep the order of arrival.
        candidates.sort { $0.price != $1.price ? $1.price < $0.price : $0.index < $1.index }
        for candidate in candidates {
            let bundle = relay.bundles[candidate.index]
            let present = Set(draft.transactions.map(\.pooled.hash))
            let fresh = bundle.transactions.filter { !present.contains($0.hash) }
            let (outcome, reason) = try attempt(fresh, bundle.mayRevert, draft)
            guard let outcome else {
                verdicts.append(
                    BundleVerdict(index: candidate.index, text: "lost to another bundle: \(reason)"))
                continue
            }
            for (pooled, step) in zip(fresh, outcome.steps) { draft.add(pooled, step.outcome, logs: step.logs) }
            verdicts.append(
                BundleVerdict(
                    index: candidate.index, text: "included", isIncluded: true,
                    paid: outcome.coinbaseDiff.asU256 ?? .zero))
        }
        return verdicts
    }

    /// Remembers what became of the bundles of a block that was made.
    func settle(_ verdicts: [BundleVerdict]) {
        for verdict in verdicts { relay.settle(verdict.index, verdict, block: head.number + 1) }
    }

    /// Runs a bundle on the overlay; without an outcome the overlay is as before, and the reason says why.
    private func attempt(
        _ transactions: [PooledTransaction], _ mayRevert: Set<Hash32>, _ draft: BlockDraft
    ) throws(DevnetError) -> (BundleOutcome?, String) {
        let items = transactions.map {
            BundleTransaction($0.transaction, from: $0.sender, mayRevert: mayRevert.contains($0.hash))
        }
        let result = machine.execute(
            bundle: items, in: draft.environment, on: world.head, blockGasLeft: draft.gasLeft)
        switch result {
        case .executed(let outcome): return (outcome, "")
        case .reverted(let index, let outcome, let reason):
            return (nil, "\(transactions[index].hash.hex): \(reason.map(\.description) ?? "\(outcome.halt)")")
        case .rejected(let index, let rejection): return (nil, "\(transactions[index].hash.hex): \(rejection)")
        case .missing(_, let needs): throw .missing(needs)
        case .unanswered(let index, let halt, _): return (nil, "\(transactions[index].hash.hex): \(halt)")
        }
    }

    /// Runs a bundle as `eth_callBundle` does, on the state of a block, in the block after it.
    func callBundle(_ bundle: BundleRequest, on block: SealedBlock) throws(DevnetError) -> BundleSimulation {
        let context = nextContext(block)
        return try simulate(at: moment(of: block)) { machine, state in
            machine.callBundle(bundle, in: context, stateBlockNumber: block.number, on: state)
        }
    }

    /// Where a bundle on top of a block stands: the next height, 12 s later, at the next base fee.
    private func nextContext(_ block: SealedBlock) -> CallContext {
        var context = callContext(block)
        context.block.number = block.number + 1
        context.block.timestamp = block.header.timestamp.addingReportingOverflow(12).partialValue
        context.block.coinbase = settings.coinbase
        context.block.gasLimit = settings.gasLimit
        context.block.baseFee = baseFee(after: block)
        return context
    }
}
