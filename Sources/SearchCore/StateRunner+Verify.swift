import Bundles
import EVM
import EVMCodec
public import EVMTypes

/// A plan whose run did not give what was predicted.
public struct PredictionDifference: Hashable, Sendable, CustomStringConvertible {
    /// Growth of the executor's balance and payment to the block's builder, wei.
    public struct Result: Hashable, Sendable {
        /// Wei of the settlement token that the executor gained; negative for a loss.
        public var growth: I256
        /// Wei that the coinbase got.
        public var tip: I256
    }

    /// What the plan said.
    public var predicted: Result
    /// Nil when our transaction reverted.
    public var executed: Result?
    /// What the contract said; empty unless it reverted.
    public var reason: String

    /// One line for people.
    public var description: String {
        guard let executed else { return "predicted growth \(predicted.growth) wei, but the run reverts: \(reason)" }
        return "predicted growth \(predicted.growth) and tip \(predicted.tip) wei, executed \(executed.growth) and "
            + "\(executed.tip)"
    }
}

extension StateRunner {
    /// What running [targets, ours] on the head says of a plan.
    enum Verdict {
        /// Balance change and payment are the predicted ones to the wei.
        case agrees(gasUsed: UInt64)
        case differs(PredictionDifference)
        case targetFails(String)
        /// Ours cannot be in a block at all: nonce, balance, fee cap.
        case rejected(Rejection)
        case missing([StateNeed])
        case unanswered(String)
    }

    /// Runs the plan's targets, then ours from the owner's account, and compares what it earned with the plan.
    ///
    /// The executor's balance is what the token contract itself answers before and after. A target that `run` has just
    /// run is not run again.
    /// - Parameter sender: who sends the targets.
    mutating func verify(_ plan: borrowing BundlePlan, sender: Address?) -> Verdict {
        guard let config, isReady else { return .unanswered(problem ?? "no head") }
        if let failure = place(plan.targets, sender) { return failure }
        guard let floor else { return .unanswered("no floor") }
        defer { machine?.overlay.revert(to: floor) }
        let before: U256, after: U256
        switch balance(config) {
        case .success(let value): before = value
        case .failure(let stop): return stop.verdict
        }
        guard let result = machine?.execute(plan.ours, from: config.owner, in: block, on: state) else {
            return .unanswered("no machine")
        }
        let predicted = PredictionDifference.Result(
            growth: I256(bits: U256(plan.minProfit)), tip: I256(bits: plan.tipWei))
        let outcome: Outcome
        switch result {
        case .executed(let executed): outcome = executed
        case .rejected(let rejection): return .rejected(rejection)
        case .missing(let needs): return .missing(needs)
        case .unanswered(let halt, let address): return .unanswered(address.map { "\(halt) at \($0)" } ?? "\(halt)")
        }
        guard outcome.isSuccess else {
            let said = RevertReason(machine?.output ?? []).description
            let reason = outcome.halt == .revert ? said : "\(outcome.halt)"
            return .differs(PredictionDifference(predicted: predicted, executed: nil, reason: reason))
        }
        switch balance(config) {
        case .success(let value): after = value
        case .failure(let stop): return stop.verdict
        }
        let paid = I256(bits: outcome.coinbaseLost ? .zero &- outcome.coinbaseTransfers : outcome.coinbaseTransfers)
        let executed = PredictionDifference.Result(growth: I256(bits: after &- before), tip: paid)
        guard executed == predicted else {
            return .differs(PredictionDifference(predicted: predicted, executed: executed, reason: ""))
        }
        return .agrees(gasUsed: outcome.gasUsed)
    }

    /// Puts the targets' effect in place, with `floor` above it; what keeps it from that, or nil.
    private mutating func place(_ targets: [Transaction], _ sender: Address?) -> Verdict? {
        if let target = targets.first, targets.count == 1, floor != nil, standing == target.hash { return nil }
        if targets.isEmpty, floor != nil, standing == nil { return nil }
        machine?.overlay.removeAll()
        (standing, floor) = (nil, nil)
        for target in targets {
            guard let sender, let result = machine?.execute(target, from: sender, in: block, on: state) else {
                return .unanswered("the target's sender is not known")
            }
            switch result {
            case .executed(let outcome):
                guard outcome.isSuccess else { return .targetFails("\(outcome.halt)") }
            case .rejected(let rejection): return .targetFails(rejection.description)
            case .missing(let needs): return .missing(needs)
            case .unanswered(let halt, _): return .unanswered("\(halt)")
            }
        }
        standing = targets.first?.hash
        floor = machine?.overlay.checkpoint()
        return nil
    }

    private struct Stop: Error { var verdict: Verdict }

    /// balanceOf(executor) of the settlement token. Source: EIP-20.
    private mutating func balance(_ config: RunnerConfig) -> Result<U256, Stop> {
        let call: [UInt8] = [0x70, 0xa0, 0x82, 0x31] + config.executor.word.bigEndianBytes
        guard let result = machine?.systemCall(to: config.settlement, data: call, in: block, on: state) else {
            return .failure(Stop(verdict: .unanswered("no machine")))
        }
        switch result {
        case .missing(let needs): return .failure(Stop(verdict: .missing(needs)))
        case .unanswered(let halt, _): return .failure(Stop(verdict: .unanswered("\(halt)")))
        case .ended(let halt, _):
            guard halt.isSuccess, let output = machine?.output, output.count >= 32 else {
                return .failure(Stop(verdict: .unanswered("the settlement token has no balanceOf")))
            }
            return .success(U256(bigEndian: output[..<32]))
        }
    }
}
