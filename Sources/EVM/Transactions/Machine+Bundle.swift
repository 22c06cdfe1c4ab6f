internal import EVMCodec
internal import EVMTypes

extension Machine {
    /// Runs transactions one after another over the overlay, all or none.
    ///
    /// On `.executed` the overlay holds their changes, on any other answer it is as it was: a rejected transaction, a
    /// failed one that may not fail, or a lack of state takes everything back. Allocates the results by value.
    /// - Parameter blockGasLeft: gas left in the block; its whole limit when nil.
    public mutating func execute(
        bundle: [BundleTransaction], in block: BlockEnvironment, on state: borrowing PinnedState,
        options: ExecutionOptions = .consensus, blockGasLeft: UInt64? = nil
    ) -> BundleResult {
        begin(block, on: state)
        let payee = overlay.account(rules.tipRecipient ?? block.coinbase, base)
        if payee < 0 { return .missing(index: 0, overlay.needs) }
        let start = overlay.checkpoint()
        var environment = block, gasLeft = blockGasLeft ?? block.gasLimit
        var whole = BundleOutcome()
        for (index, item) in bundle.enumerated() {
            let before = overlay.accounts[payee].balance
            let result = execute(
                item.transaction, from: item.sender, in: environment, on: state, options: options,
                blockGasLeft: gasLeft)
            let failure: BundleResult
            switch result {
            case .executed(let outcome):
                let reason = outcome.halt == .revert ? RevertReason(output) : nil
                if outcome.isSuccess || item.mayRevert {
                    gasLeft -= min(gasLeft, outcome.gasUsed)
                    // Fits: a transaction with more blobs than are left is rejected.
                    environment.blobGasLeft &-=
                        UInt64(item.transaction.blobVersionedHashes.count) &* rules.gasPerBlob
                    append(outcome, reason, paid: overlay.accounts[payee].balance &- before, to: &whole)
                    continue
                }
                failure = .reverted(index: index, outcome, reason)
            case .rejected(let rejection): failure = .rejected(index: index, rejection)
            case .missing(let needs): failure = .missing(index: index, needs)
            case .unanswered(let halt, let address): failure = .unanswered(index: index, halt, address)
            }
            overlay.revert(to: start)
            return failure
        }
        return .executed(whole)
    }

    /// Adds a step, whose transaction is the last that ran. Wei of all accounts together are far below 2^255.
    private func append(_ outcome: Outcome, _ reason: RevertReason?, paid: U256, to whole: inout BundleOutcome) {
        let diff = I256(bits: paid), sent = I256(bits: paid &- outcome.tips)
        // Not held to a block's gas, three transactions can pass 2^64-1.
        let (gas, overflow) = whole.gasUsed.addingReportingOverflow(outcome.gasUsed)
        whole.gasUsed = overflow ? .max : gas
        whole.coinbaseDiff = whole.coinbaseDiff &+ diff
        whole.gasFees = whole.gasFees &+ outcome.tips
        whole.ethSentToCoinbase = whole.ethSentToCoinbase &+ sent
        whole.steps.append(
            BundleStep(
                outcome: outcome, output: output, logs: logs(of: outcome), revertReason: reason, coinbaseDiff: diff,
                gasFees: outcome.tips, ethSentToCoinbase: sent, cumulativeGasUsed: whole.gasUsed))
    }
}
