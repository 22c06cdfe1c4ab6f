import EVMCodec
import EVMTypes

/// Random users of a market. The same seed on the same chain sends the same transactions in the same order; when they
/// are sent is the caller's choice.
public actor MarketTraffic {
    /// What was sent so far.
    public struct Count: Hashable, Sendable {
        /// Transactions taken by the pool, replacements included.
        public var sent = 0
        /// Transactions that the pool refused.
        public var refused = 0
        /// Replacements among those sent.
        public var replaced = 0
    }

    private let chain: DevnetChain
    private let accounts: MarketAccounts
    private let actions: TrafficActions
    private var dice: MarketDice
    private let sender: MarketSender
    /// What was sent so far.
    public private(set) var count = Count()

    /// Users of `deployment` on `chain`. Throws when the market's accounts cannot be made.
    public init(chain: DevnetChain, deployment: MarketDeployment, seed: UInt64) throws(DevnetError) {
        guard let accounts = MarketAccounts.standard else {
            throw DevnetError("market: the accounts' keys are refused")
        }
        self.chain = chain
        self.accounts = accounts
        actions = TrafficActions(deployment: deployment)
        dice = MarketDice(seed: seed)
        sender = MarketSender(chain: chain)
    }

    /// One user does one thing. A refusal is counted.
    public func step() async {
        let user = dice.pick(accounts.traders)
        let step: MarketScript.Step
        do throws(ABIError) { step = try actions.make(user, &dice) } catch {
            count.refused += 1
            return
        }
        let baseFee = await chain.head.baseFee
        let kind = dice.pick([Transaction.Kind.dynamicFee, .dynamicFee, .dynamicFee, .legacy, .accessList])
        let tip = U256(UInt64(100_000_000 + dice.below(4_900_000_000)))
        let isReplaced = dice.percent(3)
        do throws(DevnetError) {
            try await sender.send(step, fees: .init(kind: kind, cap: baseFee * 2 + tip, tip: tip))
            count.sent += 1
            if isReplaced {
                let richer = MarketSender.Fees(kind: kind, cap: baseFee * 4 + tip * 2, tip: tip * 2)
                if try await sender.replaceLast(step, fees: richer) != nil { count.replaced += 1 }
            }
        } catch {
            count.refused += 1
        }
    }

    /// Sends `rate` transactions a second by the machine's clock until the task is cancelled.
    public func run(rate: Double) async {
        guard rate > 0 else { return }
        let clock = ContinuousClock(), start = clock.now
        var steps = 0
        while !Task.isCancelled {
            await step()
            steps += 1
            let due = start.advanced(by: .seconds(Double(steps) / rate))
            do { try await clock.sleep(until: due) } catch { return }
        }
    }

    /// Sends `perBlock` transactions after every new block until the task is cancelled: the same chain at any speed.
    public func run(perBlock: Int) async {
        guard perBlock > 0 else { return }
        var seen: UInt64?
        while !Task.isCancelled {
            let number = await chain.head.number
            if number != seen {
                seen = number
                for _ in 0..<perBlock { await step() }
            }
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
        }
    }
}
