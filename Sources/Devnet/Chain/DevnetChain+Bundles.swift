import EVM
import EVMCodec
import EVMTypes

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

    /// What `eth_callBundle` answers: every transaction runs, also after one that reverts.
    func callBundle(
        _ transactions: [PooledTransaction], on block: SealedBlock, timestamp: UInt64?, baseFee: U256?
    ) throws(DevnetError) -> (BundleOutcome, BlockEnvironment) {
        let parent = block.header
        let time = timestamp ?? parent.timestamp.addingReportingOverflow(12).partialValue
        let fee =
            BaseFee.next(
                parentBaseFee: parent.baseFeePerGas ?? .zero, parentGasLimit: parent.gasLimit,
                parentGasUsed: parent.gasUsed) ?? .max
        let environment = BlockEnvironment(
            number: parent.number + 1, timestamp: time, coinbase: settings.coinbase, gasLimit: settings.gasLimit,
            baseFee: baseFee ?? fee, difficultyOrRandao: parent.mixHash.word, blobBaseFee: block.blobBaseFee)
        let items = transactions.map { BundleTransaction($0.transaction, from: $0.sender, mayRevert: true) }
        return try run(at: moment(of: block)) { machine, state throws(DevnetError) in
            machine.overlay.removeAll()
            defer { machine.overlay.removeAll() }
            switch machine.execute(bundle: items, in: environment, on: state) {
            case .executed(let outcome): return (outcome, environment)
            case .reverted(let index, let outcome, _):
                throw DevnetError("err: \(transactions[index].hash.hex): \(outcome.halt)")
            case .rejected(let index, let rejection):
                throw DevnetError("err: \(Self.gethText(rejection)); txhash \(transactions[index].hash.hex)")
            case .missing(_, let needs): throw .missing(needs)
            case .unanswered(_, let halt, let address): throw .unanswered(halt, address)
            }
        }
    }

    /// geth's words for a transaction that cannot be run.
    static func gethText(_ rejection: Rejection) -> String {
        switch rejection {
        case .nonce(let expected, let got):
            "nonce too \(got < expected ? "low" : "high"): tx: \(got) state: \(expected)"
        case .insufficientFunds(let has, let needs):
            "insufficient funds for gas * price + value: have \(has) want \(needs)"
        case .feeCapBelowBaseFee: "max fee per gas less than block base fee"
        case .blobFeeCapTooLow: "max fee per blob gas less than block blob gas fee"
        case .blockGasExceeded: "gas limit reached"
        case .senderHasCode: "sender not an eoa"
        case .malformed(.intrinsicGasTooLow): "intrinsic gas too low"
        default: rejection.description
        }
    }
}
