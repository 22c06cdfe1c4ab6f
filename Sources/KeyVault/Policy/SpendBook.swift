import EVMCodec
import EVMTypes

/// What one key has signed on one chain: nonces, and the sums of the last hour and day.
///
/// A nonce can be used once on a chain, so of all transactions with one nonce the dearest counts, and counts once: a
/// later, dearer alternative adds only what it has more. Amounts count from the moment they were signed, whether or not
/// they land. A value; it is rebuilt from the audit log at start.
struct SpendBook: Sendable {
    private struct Use {
        var figures: SpendFigures
        /// The latest digests signed with this nonce, at most `digestsMax`.
        var digests: Set<Hash32>
        /// How many different payloads were signed with it (those forgotten in `digests` may count twice).
        var alternatives = 0
        /// Highest fees signed with this nonce for public sending; nil while there was none.
        var publicFees: (fee: U256, tip: U256)?
        /// When it was last signed, milliseconds since 1970.
        var time: UInt64
    }

    private struct Addition {
        var time: UInt64
        var value: U256
        var cost: U256
        var transactions: UInt64
    }

    /// A rolling sum: additions enter at the end and leave at `start`.
    private struct Sum {
        var start = 0
        var value = U256.zero
        var cost = U256.zero
        var transactions: UInt64 = 0

        /// Takes out what is `length` milliseconds old.
        mutating func expire(_ additions: [Addition], now: UInt64, length: UInt64) {
            while start < additions.count, additions[start].time + length <= now {
                let old = additions[start]
                value = value.subtracting(old.value) ?? .zero
                cost = cost.subtracting(old.cost) ?? .zero
                transactions -= old.transactions
                start += 1
            }
        }
    }

    static let hourMilliseconds: UInt64 = 3_600_000
    static let digestsMax = 1_024
    static let dayMilliseconds: UInt64 = 86_400_000

    private var uses: [UInt64: Use] = [:]
    private var highest: UInt64?
    private var additions: [Addition] = []
    private var hour = Sum()
    private var day = Sum()
    private var now: UInt64 = 0

    /// What is signed for, as the rules need it.
    struct Order: Sendable {
        var nonce: UInt64
        var digest: Hash32
        var route: SigningRoute
        var fee: U256
        var tip: U256
        var figures: SpendFigures

        init?(_ transaction: Transaction, route: SigningRoute, digest: Hash32) {
            guard let figures = SpendFigures(of: transaction) else { return nil }
            self.init(
                nonce: transaction.nonce, digest: digest, route: route, fee: transaction.feeCap,
                tip: transaction.tipCap, figures: figures)
        }

        init(nonce: UInt64, digest: Hash32, route: SigningRoute, fee: U256, tip: U256, figures: SpendFigures) {
            self.nonce = nonce
            self.digest = digest
            self.route = route
            self.fee = fee
            self.tip = tip
            self.figures = figures
        }
    }

    /// Totals of the last hour and day.
    struct Totals: Sendable, Equatable {
        var value: U256
        var cost: U256
        var transactions: UInt64
    }

    var hourTotals: Totals { Totals(value: hour.value, cost: hour.cost, transactions: hour.transactions) }
    var dayTotals: Totals { Totals(value: day.value, cost: day.cost, transactions: day.transactions) }
    /// The highest nonce ever signed.
    var highestNonce: UInt64? { highest }

    /// Moves the clock: what is older than an hour or a day leaves the sums. A clock that goes back stands still here.
    mutating func advance(to time: UInt64) {
        now = max(now, time)
        hour.expire(additions, now: now, length: SpendBook.hourMilliseconds)
        day.expire(additions, now: now, length: SpendBook.dayMilliseconds)
        if day.start > 1_024, day.start * 2 > additions.count { compact() }
    }

    /// The reason to refuse `order` under `policy`, or nil. Call `advance` before.
    func refusal(of order: Order, _ policy: ChainPolicy) -> SigningRefusal? {
        if let refusal = nonceRefusal(of: order, policy) { return refusal }
        let added = addition(of: order)
        if let refusal = over(hour, added, policy.hour, .hourValueTooHigh, .hourCostTooHigh, .hourCountTooHigh) {
            return refusal
        }
        return over(day, added, policy.day, .dayValueTooHigh, .dayCostTooHigh, .dayCountTooHigh)
    }

    /// Notes that `order` is being signed now.
    mutating func record(_ order: Order) {
        let added = addition(of: order)
        if !added.cost.isZero || !added.value.isZero || added.transactions > 0 {
            additions.append(added)
            add(added, to: &hour)
            add(added, to: &day)
        }
        // Taken out while it changes: the set would be copied otherwise.
        var use = uses.removeValue(forKey: order.nonce) ?? Use(figures: order.figures, digests: [], time: now)
        use.figures.value = max(use.figures.value, order.figures.value)
        use.figures.cost = max(use.figures.cost, order.figures.cost)
        if !use.digests.contains(order.digest) {
            if use.digests.count >= SpendBook.digestsMax { use.digests.removeAll(keepingCapacity: true) }
            use.digests.insert(order.digest)
            use.alternatives += 1
        }
        use.time = now
        if order.route == .public {
            use.publicFees = (
                max(use.publicFees?.fee ?? .zero, order.fee), max(use.publicFees?.tip ?? .zero, order.tip)
            )
        }
        uses[order.nonce] = use
        highest = max(highest ?? 0, order.nonce)
    }

    private func nonceRefusal(of order: Order, _ policy: ChainPolicy) -> SigningRefusal? {
        guard let highest else { return nil }
        if let use = uses[order.nonce] {
            if use.digests.contains(order.digest) { return nil }
            if use.alternatives >= policy.alternativesMax { return .tooManyAlternatives }
            guard order.route == .public, let before = use.publicFees else { return nil }
            // The rule by which public mempools take a replacement: both fees at least a tenth higher.
            return isTenthHigher(order.fee, before.fee) && isTenthHigher(order.tip, before.tip) ? nil : .nonceReused
        }
        if order.nonce < highest { return .nonceTooLow }
        return order.nonce - highest > policy.nonceGapMax ? .nonceTooFar : nil
    }

    private func isTenthHigher(_ new: U256, _ old: U256) -> Bool {
        guard let raised = new.multiplied(by: 10), let bar = old.multiplied(by: 11) else { return false }
        return new > old && raised >= bar
    }

    private func addition(of order: Order) -> Addition {
        let before = uses[order.nonce]?.figures
        return Addition(
            time: now, value: order.figures.value.subtracting(before?.value ?? .zero) ?? .zero,
            cost: order.figures.cost.subtracting(before?.cost ?? .zero) ?? .zero,
            transactions: before == nil ? 1 : 0)
    }

    private func over(
        _ sum: Sum, _ added: Addition, _ window: ChainPolicy.Window, _ value: SigningRefusal, _ cost: SigningRefusal,
        _ count: SigningRefusal
    ) -> SigningRefusal? {
        func isOver(_ sum: U256, _ added: U256, _ limit: U256?) -> Bool {
            // A sum beyond 256 bits is refused whatever the limit, so that sums are always exact.
            guard let total = sum.adding(added) else { return true }
            return limit.map { total > $0 } ?? false
        }
        if isOver(sum.value, added.value, window.valueWeiMax) { return value }
        if isOver(sum.cost, added.cost, window.costWeiMax) { return cost }
        if let limit = window.transactionsMax, sum.transactions + added.transactions > limit { return count }
        return nil
    }

    /// `refusal` let nothing by that does not fit; the log of a foreign writer may, and then the sum stops at the top.
    private func add(_ added: Addition, to sum: inout Sum) {
        sum.value = sum.value.adding(added.value) ?? .max
        sum.cost = sum.cost.adding(added.cost) ?? .max
        sum.transactions += added.transactions
    }

    /// Forgets what left the day's sum, and nonces not signed for a day (but the highest).
    private mutating func compact() {
        let gone = day.start
        additions.removeFirst(gone)
        day.start = 0
        hour.start -= gone
        let (now, highest) = (now, highest)
        uses = uses.filter { $0.key == highest || $0.value.time + SpendBook.dayMilliseconds > now }
    }
}
