internal import EVMCodec
internal import EVMTypes

/// The nine swap functions of V2 Router02 and its forks. Source: v2-periphery `UniswapV2Router02`.
enum V2Router02Calls {
    /// How a function differs from the plain one.
    private struct Shape {
        var kind: SwapKind
        var nativeIn = false
        var nativeOut = false
        var fixesAmountsFirst = true
    }

    private static func shape(_ selector: UInt32) -> Shape? {
        switch selector {
        case RouterSelector.swapExactTokensForTokens: Shape(kind: .exactIn)
        case RouterSelector.swapTokensForExactTokens: Shape(kind: .exactOut)
        case RouterSelector.swapExactETHForTokens: Shape(kind: .exactIn, nativeIn: true)
        case RouterSelector.swapTokensForExactETH: Shape(kind: .exactOut, nativeOut: true)
        case RouterSelector.swapExactTokensForETH: Shape(kind: .exactIn, nativeOut: true)
        case RouterSelector.swapETHForExactTokens: Shape(kind: .exactOut, nativeIn: true)
        case RouterSelector.swapExactTokensForTokensWithTransferFee: Shape(kind: .exactIn, fixesAmountsFirst: false)
        case RouterSelector.swapExactETHForTokensWithTransferFee:
            Shape(kind: .exactIn, nativeIn: true, fixesAmountsFirst: false)
        case RouterSelector.swapExactTokensForETHWithTransferFee:
            Shape(kind: .exactIn, nativeOut: true, fixesAmountsFirst: false)
        default: nil
        }
    }

    static func read(_ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan) throws(RouterStop) {
        let selector = try scope.selector(data)
        guard let shape = shape(selector) else { throw .unknown(selector) }
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(data, from: 4)
            // With native input the amount is the value sent, and only one number is in the calldata.
            let first = try reader.word()
            let second = shape.nativeIn ? scope.value : try reader.word()
            let tokens = try reader.array(countMax: 256) { element throws(ABIError) in
                try element.address(masking: true)
            }
            let recipient = try reader.address(masking: true)
            return (first: first, second: second, tokens: tokens, recipient: recipient, deadline: try reader.word())
        }
        let hops = try scope.hops(v2: call.tokens)
        guard !shape.nativeIn || call.tokens.first == scope.wrappedNative,
            !shape.nativeOut || call.tokens.last == scope.wrappedNative
        else { throw .malformed(.pathWithoutWrappedNative) }
        // Calldata order: (amountIn, minOut), (amountOut, maxIn), native (minOut) with value in, native (amountOut)
        // with value max.
        let swapped = shape.nativeIn && shape.kind == .exactIn
        let (amount, limit) = swapped ? (call.second, call.first) : (call.first, call.second)
        plan.deadline = call.deadline
        try plan.append(
            .swap(
                SwapIntent(
                    kind: shape.kind, amount: .exact(amount), limit: limit, path: hops, recipient: call.recipient,
                    routerPays: false, deadline: call.deadline, sqrtPriceLimitX96: nil,
                    fixesAmountsFirst: shape.fixesAmountsFirst)))
    }
}
