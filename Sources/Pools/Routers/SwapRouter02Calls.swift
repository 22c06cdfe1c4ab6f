internal import EVMCodec
internal import EVMTypes

/// The functions of SwapRouter02: V2 and V3 swaps without deadline, and three forms of multicall.
///
/// An exact input of zero means all that the router holds, paid by earlier steps. Source: swap-router-contracts
/// `SwapRouter02`, `V2SwapRouter`, `V3SwapRouter`, `MulticallExtended`, `PeripheryPaymentsExtended`.
enum SwapRouter02Calls {
    static func read(
        _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, depth: Int
    ) throws(RouterStop) {
        let selector = try scope.selector(data)
        switch selector {
        case RouterSelector.exactInputSingle02: try readSingle(data, scope, &plan, kind: .exactIn)
        case RouterSelector.exactOutputSingle02: try readSingle(data, scope, &plan, kind: .exactOut)
        case RouterSelector.exactInput02: try readPath(data, scope, &plan, kind: .exactIn)
        case RouterSelector.exactOutput02: try readPath(data, scope, &plan, kind: .exactOut)
        case RouterSelector.swapExactTokensForTokens02: try readPair(data, scope, &plan, kind: .exactIn)
        case RouterSelector.swapTokensForExactTokens02: try readPair(data, scope, &plan, kind: .exactOut)
        case RouterSelector.multicall, RouterSelector.multicallWithDeadline, RouterSelector.multicallWithBlockHash:
            try readMulticall(selector, data, scope, &plan, depth: depth)
        default:
            guard try readPayment(selector, data, scope, &plan) else { throw .unknown(selector) }
        }
    }

    private static func readMulticall(
        _ selector: UInt32, _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, depth: Int
    ) throws(RouterStop) {
        guard depth < RouterDecoder.depthMax else { throw .unsupported(.nestedTooDeep) }
        if selector != RouterSelector.multicall {
            let first = try readABI { () throws(ABIError) in
                var reader = ABIReader(data, from: 4)
                return try reader.word()
            }
            if selector == RouterSelector.multicallWithDeadline {
                plan.deadline = min(plan.deadline ?? first, first)
            } else {
                guard plan.previousBlockHash == nil || plan.previousBlockHash == Hash32(first) else {
                    throw .malformed(.encoding)
                }
                plan.previousBlockHash = Hash32(first)
            }
        }
        for call in try V3PeripheryCalls.calls(data, from: selector == RouterSelector.multicall ? 4 : 36) {
            do throws(RouterStop) {
                try read(call, scope, &plan, depth: depth + 1)
            } catch {
                if case .unknown(let inner) = error { throw .unsupported(.innerSelector(inner)) }
                throw error
            }
        }
    }

    /// Zero means the router's balance for an exact input; an exact output of zero reverts later as on the chain.
    private static func amount(_ word: U256, _ kind: SwapKind) -> SwapAmount {
        kind == .exactIn && word.isZero ? .routerBalance : .exact(word)
    }

    private static func intent(
        _ kind: SwapKind, _ amount: U256, _ limit: U256, _ path: [SwapHop], _ recipient: Address,
        _ scope: RouterScope, price: U256 = .zero
    ) -> RouterAction {
        let amount = self.amount(amount, kind)
        return .swap(
            SwapIntent(
                kind: kind, amount: amount, limit: limit, path: path, recipient: scope.recipient(recipient),
                routerPays: amount == .routerBalance, deadline: nil, sqrtPriceLimitX96: price.isZero ? nil : price,
                fixesAmountsFirst: false))
    }

    private static func readSingle(
        _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, kind: SwapKind
    ) throws(RouterStop) {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(data, from: 4)
            return (
                tokenIn: try reader.address(), tokenOut: try reader.address(), fee: try reader.uint(bits: 24),
                recipient: try reader.address(), amount: try reader.word(), limit: try reader.word(),
                price: try reader.uint(bits: 160)
            )
        }
        let hop = try scope.hop(call.tokenIn, call.tokenOut, fee: call.fee)
        try plan.append(intent(kind, call.amount, call.limit, [hop], call.recipient, scope, price: call.price))
    }

    private static func readPath(
        _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, kind: SwapKind
    ) throws(RouterStop) {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(data, from: 4)
            return try reader.tuple { tuple throws(ABIError) in
                (
                    path: try tuple.bytes(), recipient: try tuple.address(), amount: try tuple.word(),
                    limit: try tuple.word()
                )
            }
        }
        let hops = try scope.hops(v3: call.path, isReversed: kind == .exactOut)
        try plan.append(intent(kind, call.amount, call.limit, hops, call.recipient, scope))
    }

    private static func readPair(
        _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, kind: SwapKind
    ) throws(RouterStop) {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(data, from: 4)
            return (
                amount: try reader.word(), limit: try reader.word(),
                tokens: try reader.array(countMax: 256) { element throws(ABIError) in try element.address() },
                recipient: try reader.address()
            )
        }
        let hops = try scope.hops(v2: call.tokens)
        try plan.append(intent(kind, call.amount, call.limit, hops, call.recipient, scope))
    }

    private static func readPayment(
        _ selector: UInt32, _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan
    ) throws(RouterStop) -> Bool {
        var reader = ABIReader(data, from: 4)
        switch selector {
        case RouterSelector.wrapETH:
            let amount = try readABI { () throws(ABIError) in try reader.word() }
            try plan.append(.wrapNative(recipient: scope.entry.address, amount: .exact(amount)))
        case RouterSelector.pull:
            let call = try readABI { () throws(ABIError) in (try reader.address(), try reader.word()) }
            try plan.append(.pull(token: call.0, recipient: scope.entry.address, amount: call.1))
        case RouterSelector.unwrapWETH9ToSender:
            let minimum = try readABI { () throws(ABIError) in try reader.word() }
            try plan.append(.unwrapNative(recipient: scope.sender, minimum: minimum))
        case RouterSelector.sweepTokenToSender:
            let call = try readABI { () throws(ABIError) in (try reader.address(), try reader.word()) }
            try plan.append(.sweep(token: call.0, recipient: scope.sender, minimum: call.1))
        default: return try V3PeripheryCalls.read(selector, data, scope, &plan)
        }
        return true
    }
}
