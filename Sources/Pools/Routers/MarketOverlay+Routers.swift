public import EVMTypes

/// What applying a router's plan to an overlay came to.
public enum RouterOutcome: Hashable, Sendable {
    /// All swaps that the chain would carry out are on the overlay; how many.
    case applied(swaps: Int)
    /// The transaction would revert; the overlay is as before.
    case reverts(RouterRevert)
    /// The plan meets something we do not model; the overlay is as before.
    case unmodelled(RouterGap)
}

/// Why a transaction would revert.
public enum RouterRevert: UInt8, Error, Hashable, Sendable {
    case deadlinePassed, wrongPreviousBlock, outputTooLow, inputTooHigh, notFilled, poolRefuses, balanceTooLow
}

/// Why a plan cannot be modelled.
public enum RouterGap: UInt8, Error, Hashable, Sendable {
    /// A pool of the path is not in the market, has no state or is quarantined.
    case unknownPool
    /// A path with a V2 pair in it twice, whose amounts were fixed before the first swap.
    case repeatedPool
    /// An amount of 2^128 or more.
    case amountTooLarge
}

enum RouterStepFailure: Error {
    case revert(RouterRevert)
    case gap(RouterGap)
}

/// What a plan's steps moved to whom, so that "all that the router holds" can be told.
///
/// It starts from nothing: tokens that lay in the router before are not seen, and the sender is taken to have balance
/// and allowance for what it pays.
struct RouterLedger {
    private var rows: [(holder: Address, token: Address, amount: U256)] = []
    /// Native coin in the router, wei.
    var native: U256

    init(native: U256) { self.native = native }

    func balance(_ holder: Address, _ token: Address) -> U256 {
        rows.first { $0.holder == holder && $0.token == token }?.amount ?? .zero
    }

    mutating func credit(_ holder: Address, _ token: Address, _ amount: U256) {
        if let row = rows.firstIndex(where: { $0.holder == holder && $0.token == token }) {
            rows[row].amount = rows[row].amount &+ amount
        } else {
            rows.append((holder, token, amount))
        }
    }

    mutating func debit(_ holder: Address, _ token: Address, _ amount: U256) throws(RouterStepFailure) {
        if amount.isZero { return }
        guard let row = rows.firstIndex(where: { $0.holder == holder && $0.token == token }),
            let rest = rows[row].amount.subtracting(amount)
        else { throw .revert(.balanceTooLow) }
        rows[row].amount = rest
    }
}

extension MarketOverlay {
    /// Applies what a router would do in a block with this timestamp on top of this parent.
    ///
    /// All or nothing, as a transaction is, except for steps that may revert alone. Every hop is the exact swap of its
    /// pool; minimum outputs, maximum inputs, price limits and deadlines are checked. Without `parentHash` a plan that
    /// demands one reverts.
    public mutating func apply(
        _ plan: RouterPlan, timestamp: UInt64, parentHash: Hash32?, in base: borrowing MarketState
    ) -> RouterOutcome {
        if let deadline = plan.deadline, deadline < U256(timestamp) { return .reverts(.deadlinePassed) }
        if let wanted = plan.previousBlockHash, wanted != parentHash { return .reverts(.wrongPreviousBlock) }
        let start = mark
        var ledger = RouterLedger(native: plan.value), swaps = 0
        for step in plan.steps {
            let before = mark, ledgerBefore = ledger
            do throws(RouterStepFailure) {
                try run(step.action, plan, timestamp, &ledger, base)
                if case .swap = step.action { swaps += 1 }
            } catch {
                switch error {
                case .gap(let gap):
                    rollback(to: start)
                    return .unmodelled(gap)
                case .revert(let reason):
                    guard step.allowsRevert else {
                        rollback(to: start)
                        return .reverts(reason)
                    }
                    rollback(to: before)
                    ledger = ledgerBefore
                }
            }
        }
        return .applied(swaps: swaps)
    }

    private mutating func run(
        _ action: RouterAction, _ plan: RouterPlan, _ timestamp: UInt64, _ ledger: inout RouterLedger,
        _ base: borrowing MarketState
    ) throws(RouterStepFailure) {
        let router = plan.router.address
        switch action {
        case .noEffect: return
        case .swap(let intent):
            if let deadline = intent.deadline, deadline < U256(timestamp) { throw .revert(.deadlinePassed) }
            try run(intent, plan, &ledger, base)
        case .wrapNative(let recipient, let amount):
            let amount = amount.resolved(all: ledger.native)
            guard let rest = ledger.native.subtracting(amount) else { throw .revert(.balanceTooLow) }
            ledger.native = rest
            ledger.credit(recipient, plan.wrappedNative, amount)
        case .unwrapNative(let recipient, let minimum):
            let all = ledger.balance(router, plan.wrappedNative)
            guard all >= minimum else { throw .revert(.balanceTooLow) }
            try ledger.debit(router, plan.wrappedNative, all)
            if recipient == router { ledger.native = ledger.native &+ all }
        case .sweep(let token, let recipient, let minimum):
            let all = token.isZero ? ledger.native : ledger.balance(router, token)
            guard all >= minimum else { throw .revert(.balanceTooLow) }
            try ledger.pay(token, from: router, to: recipient, all)
        case .transfer(let token, let recipient, let amount):
            let all = token.isZero ? ledger.native : ledger.balance(router, token)
            try ledger.pay(token, from: router, to: recipient, amount.resolved(all: all))
        case .payPortion(let token, let recipient, let bps):
            guard !bps.isZero, bps <= 10_000 else { throw .revert(.poolRefuses) }
            let all = token.isZero ? ledger.native : ledger.balance(router, token)
            guard let share = U256.mulDiv(all, bps, 10_000) else { throw .gap(.amountTooLarge) }
            try ledger.pay(token, from: router, to: recipient, share)
        case .pull(let token, let recipient, let amount): ledger.credit(recipient, token, amount)
        }
    }

    private mutating func run(
        _ intent: SwapIntent, _ plan: RouterPlan, _ ledger: inout RouterLedger, _ base: borrowing MarketState
    ) throws(RouterStepFailure) {
        guard let first = intent.path.first, let last = intent.path.last else { throw .gap(.unknownPool) }
        var pools: [PoolIndex] = []
        for hop in intent.path {
            guard let pool = base.pool(dexID: hop.dexID, hop.tokenIn, hop.tokenOut, feePips: hop.feePips),
                base.isUsable(pool)
            else { throw .gap(.unknownPool) }
            pools.append(pool)
        }
        // A V2 pair that is paid by its own output sees no input.
        for index in pools.indices.dropFirst() where pools[index] == pools[index - 1] {
            if first.kind == .uniswapV2 { throw .revert(.poolRefuses) }
        }
        let router = plan.router.address
        let amount: U256
        switch intent.amount {
        case .exact(let value): amount = value
        case .routerBalance: amount = ledger.balance(router, first.tokenIn)
        case .alreadyPaid: amount = ledger.balance(base.identity(pools[0]).address, first.tokenIn)
        }
        guard let amount = amount.asUInt128 else { throw .gap(.amountTooLarge) }
        let moved =
            intent.kind == .exactIn
            ? try runExactIn(intent, pools, amount, base) : try runExactOut(intent, pools, amount, base)
        if intent.kind == .exactIn, U256(moved.amountOut) < intent.limit { throw .revert(.outputTooLow) }
        if intent.kind == .exactOut, U256(moved.amountIn) > intent.limit { throw .revert(.inputTooHigh) }
        if intent.amount == .alreadyPaid {
            try ledger.debit(base.identity(pools[0]).address, first.tokenIn, U256(moved.amountIn))
        } else if intent.routerPays {
            try ledger.debit(router, first.tokenIn, U256(moved.amountIn))
        } else if plan.router.kind != .universalRouter, first.tokenIn == plan.wrappedNative,
            let rest = ledger.native.subtracting(U256(moved.amountIn))
        {
            // A periphery router that holds enough native coin wraps that instead of asking the sender.
            ledger.native = rest
        }
        ledger.credit(intent.recipient, last.tokenOut, U256(moved.amountOut))
    }

    private mutating func runExactIn(
        _ intent: SwapIntent, _ pools: [PoolIndex], _ amount: UInt128, _ base: borrowing MarketState
    ) throws(RouterStepFailure) -> Moved {
        if intent.fixesAmountsFirst, Set(pools).count != pools.count { throw .gap(.repeatedPool) }
        var result = Moved(amountIn: amount, amountOut: amount, isFilled: true)
        for (position, pool) in pools.enumerated() {
            let moved = try step(pool, intent.path[position], true, result.amountOut, intent.sqrtPriceLimitX96, base)
            // A V3 pool that runs dry takes less; the router then charges what the first pool took.
            if position == 0 { result.amountIn = moved.amountIn }
            result.amountOut = moved.amountOut
        }
        return result
    }

    private mutating func runExactOut(
        _ intent: SwapIntent, _ pools: [PoolIndex], _ amount: UInt128, _ base: borrowing MarketState
    ) throws(RouterStepFailure) -> Moved {
        if intent.path[0].kind == .uniswapV2, !intent.fixesAmountsFirst {
            // The input is computed backwards, then swapped forwards: the output may come out a unit larger.
            let amountIn = try inputFor(intent, pools, amount, base)
            guard U256(amountIn) <= intent.limit else { throw .revert(.inputTooHigh) }
            return try runExactIn(intent, pools, amountIn, base)
        }
        // Router02 fixes its amounts first; a V3 pool is locked while its own callback swaps in the pools before it.
        guard Set(pools).count == pools.count else {
            if intent.path[0].kind == .uniswapV3 { throw .revert(.poolRefuses) }
            throw .gap(.repeatedPool)
        }
        var result = Moved(amountIn: amount, amountOut: amount, isFilled: true)
        for position in pools.indices.reversed() {
            let moved = try step(
                pools[position], intent.path[position], false, result.amountIn, intent.sqrtPriceLimitX96, base)
            guard moved.isFilled || intent.sqrtPriceLimitX96 != nil else { throw .revert(.notFilled) }
            if position == pools.count - 1 { result.amountOut = moved.amountOut }
            result.amountIn = moved.amountIn
        }
        return result
    }

    /// The input that `getAmountsIn` asks for, on the state before the first hop.
    private func inputFor(
        _ intent: SwapIntent, _ pools: [PoolIndex], _ amount: UInt128, _ base: borrowing MarketState
    ) throws(RouterStepFailure) -> UInt128 {
        var needed = amount
        for (pool, hop) in zip(pools, intent.path).reversed() {
            do throws(QuoteError) {
                needed = try quote(pool, exactOut: needed, zeroForOne: hop.tokenIn < hop.tokenOut, in: base)
            } catch { throw Self.failure(error) }
        }
        return needed
    }

    private static func failure(_ error: QuoteError) -> RouterStepFailure {
        switch error {
        case .stale: .gap(.unknownPool)
        case .overflow: .gap(.amountTooLarge)
        case .noLiquidity, .insufficientLiquidity, .zeroAmount: .revert(.poolRefuses)
        }
    }

    private mutating func step(
        _ pool: PoolIndex, _ hop: SwapHop, _ exactIn: Bool, _ amount: UInt128, _ limit: U256?,
        _ base: borrowing MarketState
    ) throws(RouterStepFailure) -> Moved {
        do throws(QuoteError) {
            return try swap(
                pool, exactIn: exactIn, amount: amount, zeroForOne: hop.tokenIn < hop.tokenOut,
                sqrtPriceLimitX96: limit, in: base)
        } catch { throw Self.failure(error) }
    }
}

extension SwapAmount {
    /// The amount, where "all" is `all`.
    func resolved(all: U256) -> U256 {
        if case .exact(let amount) = self { amount } else { all }
    }
}

extension RouterLedger {
    /// Moves a token, or native coin (address zero), out of the router.
    mutating func pay(
        _ token: Address, from router: Address, to recipient: Address, _ amount: U256
    ) throws(RouterStepFailure) {
        if token.isZero {
            guard let rest = native.subtracting(amount) else { throw .revert(.balanceTooLow) }
            if recipient != router { native = rest }
            return
        }
        try debit(router, token, amount)
        credit(recipient, token, amount)
    }
}
