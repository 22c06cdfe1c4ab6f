internal import EVMCodec
internal import EVMTypes

/// The functions of V3's first SwapRouter. Source: v3-periphery `SwapRouter`, `PeripheryPaymentsWithFee`, `Multicall`.
enum V3RouterCalls {
    static func read(
        _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, depth: Int
    ) throws(RouterStop) {
        let selector = try scope.selector(data)
        switch selector {
        case RouterSelector.exactInputSingle, RouterSelector.exactOutputSingle:
            try readSingle(
                data, scope, &plan, kind: selector == RouterSelector.exactInputSingle ? .exactIn : .exactOut)
        case RouterSelector.exactInput, RouterSelector.exactOutput:
            try readPath(data, scope, &plan, kind: selector == RouterSelector.exactInput ? .exactIn : .exactOut)
        case RouterSelector.multicall:
            let calls = try V3PeripheryCalls.calls(data, from: 4)
            guard depth < RouterDecoder.depthMax else { throw .unsupported(.nestedTooDeep) }
            for call in calls { try inner(call, scope, &plan, depth: depth + 1) }
        default:
            guard try V3PeripheryCalls.read(selector, data, scope, &plan) else { throw .unknown(selector) }
        }
    }

    private static func inner(
        _ call: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, depth: Int
    ) throws(RouterStop) {
        do throws(RouterStop) {
            try read(call, scope, &plan, depth: depth)
        } catch {
            if case .unknown(let selector) = error { throw .unsupported(.innerSelector(selector)) }
            throw error
        }
    }

    private static func readSingle(
        _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, kind: SwapKind
    ) throws(RouterStop) {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(data, from: 4)
            return (
                tokenIn: try reader.address(), tokenOut: try reader.address(), fee: try reader.uint(bits: 24),
                recipient: try reader.address(), deadline: try reader.word(), amount: try reader.word(),
                limit: try reader.word(), price: try reader.uint(bits: 160)
            )
        }
        let hop = try scope.hop(call.tokenIn, call.tokenOut, fee: call.fee)
        try plan.append(
            .swap(
                SwapIntent(
                    kind: kind, amount: .exact(call.amount), limit: call.limit, path: [hop],
                    recipient: recipient(call.recipient, scope), routerPays: false, deadline: call.deadline,
                    sqrtPriceLimitX96: call.price.isZero ? nil : call.price, fixesAmountsFirst: false)))
    }

    private static func readPath(
        _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan, kind: SwapKind
    ) throws(RouterStop) {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(data, from: 4)
            return try reader.tuple { tuple throws(ABIError) in
                (
                    path: try tuple.bytes(), recipient: try tuple.address(), deadline: try tuple.word(),
                    amount: try tuple.word(), limit: try tuple.word()
                )
            }
        }
        let hops = try scope.hops(v3: call.path, isReversed: kind == .exactOut)
        try plan.append(
            .swap(
                SwapIntent(
                    kind: kind, amount: .exact(call.amount), limit: call.limit, path: hops,
                    recipient: recipient(call.recipient, scope), routerPays: false, deadline: call.deadline,
                    sqrtPriceLimitX96: nil, fixesAmountsFirst: false)))
    }

    /// This router keeps the output for itself when the recipient is zero.
    private static func recipient(_ address: Address, _ scope: RouterScope) -> Address {
        address.isZero ? scope.entry.address : address
    }
}

/// What both V3 routers share: payments out of the router, permits, and the list of a multicall.
enum V3PeripheryCalls {
    /// The calls of `multicall(…, bytes[])`, whose array offset lies at `offset`.
    static func calls(_ data: [UInt8], from offset: Int) throws(RouterStop) -> [[UInt8]] {
        try readABI { () throws(ABIError) in
            var reader = ABIReader(data, from: 4)
            try reader.skip((offset - 4) / 32)
            return try reader.array(countMax: RouterDecoder.stepsMax) { element throws(ABIError) in
                Array(try element.bytes())
            }
        }
    }

    /// Reads one payment function; false when the selector is none of them.
    static func read(
        _ selector: UInt32, _ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan
    ) throws(RouterStop) -> Bool {
        switch selector {
        case RouterSelector.unwrapWETH9, RouterSelector.unwrapWETH9WithFee:
            let call = try readABI { () throws(ABIError) in
                var reader = ABIReader(data, from: 4)
                return (minimum: try reader.word(), recipient: try reader.address())
            }
            try plan.append(.unwrapNative(recipient: call.recipient, minimum: call.minimum))
        case RouterSelector.sweepToken, RouterSelector.sweepTokenWithFee:
            let call = try readABI { () throws(ABIError) in
                var reader = ABIReader(data, from: 4)
                return (token: try reader.address(), minimum: try reader.word(), recipient: try reader.address())
            }
            try plan.append(.sweep(token: call.token, recipient: call.recipient, minimum: call.minimum))
        case RouterSelector.refundETH, RouterSelector.selfPermit, RouterSelector.selfPermitIfNecessary,
            RouterSelector.selfPermitAllowed, RouterSelector.selfPermitAllowedIfNecessary:
            try plan.append(.noEffect)
        default: return false
        }
        return true
    }
}
