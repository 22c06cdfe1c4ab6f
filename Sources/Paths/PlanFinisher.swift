/// Turns a proposed plan into exact integers.
///
/// Swaps are put in an order in which each token is earned before it is spent, the settlement token excepted; where
/// that is impossible one swap runs on a loan. The last spender of a token takes all that is left of it, so that
/// rounding ends up in the settlement token and no other token is left negative.
struct PlanFinisher {
    private let draft: DraftPlan
    private var source: [Int32] = []
    private var target: [Int32] = []
    /// Positions of `draft.legs` in the order of execution, and which of them runs on a loan.
    private var order: [Int] = []
    private var onLoan: [Bool]
    /// What a swap on loan takes less than proposed, after earlier attempts fell short.
    private var shortfall: [UInt128]
    /// Swaps taken out.
    private var isOut: [Bool]

    init<M: MarketView>(_ draft: DraftPlan, in market: borrowing M) {
        self.draft = draft
        onLoan = [Bool](repeating: false, count: draft.legs.count)
        shortfall = [UInt128](repeating: 0, count: draft.legs.count)
        isOut = onLoan
        for leg in draft.legs {
            let (token0, token1) = market.tokens(of: leg.pool)
            source.append(leg.zeroForOne ? token0 : token1)
            target.append(leg.zeroForOne ? token1 : token0)
        }
        arrange()
    }

    /// Swaps that lead away from the settlement token go first, so that the rest of every token, rounding included,
    /// ends on a way into it and loans are repaid as proposed.
    private mutating func arrange() {
        let steps = stepsToSettlement()
        var left = draft.legs.indices.filter { !isOut[$0] }
        order.removeAll(keepingCapacity: true)
        for i in onLoan.indices { onLoan[i] = false }
        while !left.isEmpty {
            let ready = left.filter { i in
                source[i] == draft.settlement || !left.contains { target[$0] == source[i] }
            }
            let next: Int
            if let first = ready.min(by: { (-steps[$0], $0) < (-steps[$1], $1) }) {
                next = first
            } else {
                // A circle outside the settlement token: borrow where another spender can take the remainder.
                next = left.min { (lonely($0), -steps[$0], $0) < (lonely($1), -steps[$1], $1) } ?? left[0]
                onLoan[next] = true
            }
            order.append(next)
            left.removeAll { $0 == next }
        }
    }

    /// By swap: how many further swaps lead from what it buys to the settlement token.
    private func stepsToSettlement() -> [Int] {
        var steps = target.map { $0 == draft.settlement ? 0 : target.count }
        for _ in target.indices {
            for i in target.indices where target[i] != draft.settlement {
                for k in target.indices where source[k] == target[i] && !isOut[k] {
                    steps[i] = min(steps[i], steps[k] + 1)
                }
            }
        }
        return steps
    }

    /// 1 when no other swap spends the same token.
    private func lonely(_ i: Int) -> Int {
        source.indices.count { source[$0] == source[i] && !isOut[$0] } > 1 ? 0 : 1
    }

    /// The exact plan; nil when a token stays negative or nothing is earned.
    ///
    /// A swap that finds nothing of its token, or whose pool refuses what is left for it, is taken out and the rest is
    /// arranged anew: shares that the optimiser's last rounding made are too small for integers.
    mutating func finish<M: MarketView>(in market: borrowing M) -> JointPlan? {
        var tries = 8
        while tries > 0, order.count >= 2 {
            switch attempt(in: market) {
            case .plan(let plan): return plan
            case .short(let leg, let missing):
                tries -= 1
                let (more, overflow) = shortfall[leg].addingReportingOverflow(missing + missing >> 16 + 1)
                guard !overflow else { return nil }
                shortfall[leg] = more
            case .refused(let leg):
                isOut[leg] = true
                arrange()
            case .fails: return nil
            }
        }
        return nil
    }

    private enum Attempt {
        case plan(JointPlan)
        case short(leg: Int, missing: UInt128)
        case refused(leg: Int)
        case fails
    }

    private func attempt<M: MarketView>(in market: borrowing M) -> Attempt {
        var book = Book(), legs: [CyclePlan.Leg] = []
        for (position, i) in order.enumerated() {
            let isLast = !order[(position + 1)...].contains { source[$0] == source[i] }
            let proposed = Self.integer(draft.legs[i].amountIn)
            var amount = proposed > shortfall[i] ? proposed - shortfall[i] : 0
            if source[i] != draft.settlement, !onLoan[i] {
                guard let held = book.held(source[i]) else { return .refused(leg: i) }
                amount = isLast ? held : min(amount, held)
            }
            guard amount > 0, let out = fill(i, &amount, in: market) else { return .refused(leg: i) }
            guard book.move(source[i], out: amount), book.move(target[i], into: out) else { return .fails }
            legs.append(
                CyclePlan.Leg(
                    pool: draft.legs[i].pool, zeroForOne: draft.legs[i].zeroForOne, amountIn: amount, amountOut: out))
        }
        for (token, row) in book.rows where token != draft.settlement && row.balance < 0 {
            guard let leg = order.first(where: { source[$0] == token && onLoan[$0] }) else { return .fails }
            return .short(leg: leg, missing: row.balance.magnitude)
        }
        guard let profit = book.held(draft.settlement) else { return .fails }
        return .plan(
            JointPlan(
                legs: legs, settlement: draft.settlement, profit: profit, loans: book.loans,
                leftovers: book.leftovers(besides: draft.settlement)))
    }

    /// What a swap buys for `amount`, which is made a little less where the pool's liquidity ends just before it.
    private func fill<M: MarketView>(_ i: Int, _ amount: inout UInt128, in market: borrowing M) -> UInt128? {
        let leg = draft.legs[i], whole = amount
        for shift in [128, 50, 46, 40, 32, 20] {
            let less = shift == 128 ? 0 : max(1, whole >> UInt128(shift))
            guard less < whole else { return nil }
            amount = whole - less
            if let out = market.output(leg.pool, zeroForOne: leg.zeroForOne, amountIn: amount) { return out }
        }
        return nil
    }

    /// The largest integer not above `value`, at most 2^120.
    static func integer(_ value: Double) -> UInt128 {
        value >= 1 ? value < 0x1p120 ? UInt128(value) : 1 << 120 : 0
    }

    /// Balances by token while a plan runs, and how low each went.
    struct Book {
        struct Row {
            var balance: Int128 = 0
            var lowest: Int128 = 0
        }
        private(set) var rows: [(token: Int32, row: Row)] = []

        private mutating func index(_ token: Int32) -> Int {
            if let i = rows.firstIndex(where: { $0.token == token }) { return i }
            rows.append((token, Row()))
            return rows.count - 1
        }

        /// A balance above zero, or nil.
        func held(_ token: Int32) -> UInt128? {
            guard let row = rows.first(where: { $0.token == token })?.row, row.balance > 0 else { return nil }
            return row.balance.magnitude
        }

        mutating func move(_ token: Int32, out amount: UInt128) -> Bool {
            guard let signed = Int128(exactly: amount) else { return false }
            let i = index(token), (next, overflow) = rows[i].row.balance.subtractingReportingOverflow(signed)
            rows[i].row.balance = next
            rows[i].row.lowest = min(rows[i].row.lowest, next)
            return !overflow
        }

        mutating func move(_ token: Int32, into amount: UInt128) -> Bool {
            guard let signed = Int128(exactly: amount) else { return false }
            let i = index(token), (next, overflow) = rows[i].row.balance.addingReportingOverflow(signed)
            rows[i].row.balance = next
            return !overflow
        }

        var loans: [JointPlan.Loan] {
            rows.filter { $0.row.lowest < 0 }.map { JointPlan.Loan(token: $0.token, amount: $0.row.lowest.magnitude) }
                .sorted { $0.token < $1.token }
        }

        func leftovers(besides settlement: Int32) -> [JointPlan.Loan] {
            rows.filter { $0.token != settlement && $0.row.balance > 0 }
                .map { JointPlan.Loan(token: $0.token, amount: $0.row.balance.magnitude) }
                .sorted { $0.token < $1.token }
        }
    }
}

extension JointPlan {
    /// Whether every invariant of the plan holds against a market's own quotes.
    func isConsistent<M: MarketView>(in market: borrowing M) -> Bool {
        var book = PlanFinisher.Book(), used: Set<Int32> = []
        for leg in legs {
            let (token0, token1) = market.tokens(of: leg.pool)
            guard used.insert(leg.pool).inserted,
                market.output(leg.pool, zeroForOne: leg.zeroForOne, amountIn: leg.amountIn) == leg.amountOut,
                book.move(leg.zeroForOne ? token0 : token1, out: leg.amountIn),
                book.move(leg.zeroForOne ? token1 : token0, into: leg.amountOut)
            else { return false }
        }
        return book.held(settlement) == profit && book.loans == loans
            && !book.rows.contains { $0.token != settlement && $0.row.balance < 0 }
            && book.leftovers(besides: settlement) == leftovers
    }
}
