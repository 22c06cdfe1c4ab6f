internal import EVMCodec
internal import EVMTypes

/// `execute` of the Universal Router: one byte a command, one input each.
///
/// Source: universal-router `Dispatcher`, `Commands`, `Constants`, `V2SwapRouter`, `V3SwapRouter`, `Payments`.
enum UniversalRouterCalls {
    /// 2^255 stands for "all that the router holds".
    private static var contractBalance: U256 { U256(lo: 0, hi: 1 << 127) }

    static func read(_ data: [UInt8], _ scope: RouterScope, _ plan: inout RouterPlan) throws(RouterStop) {
        let selector = try scope.selector(data)
        guard selector == RouterSelector.execute || selector == RouterSelector.executeWithDeadline else {
            throw .unknown(selector)
        }
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(data, from: 4)
            let commands = try reader.bytes()
            let inputs = try reader.array(countMax: 256) { element throws(ABIError) in Array(try element.bytes()) }
            let deadline = selector == RouterSelector.executeWithDeadline ? try reader.word() : nil
            return (commands: commands, inputs: inputs, deadline: deadline)
        }
        guard call.commands.count == call.inputs.count else { throw .malformed(.lengthMismatch) }
        plan.deadline = call.deadline
        for (command, input) in zip(call.commands, call.inputs) {
            // Bit 7: a revert of this command alone is let through. Bit 6 is not used, the rest is the command.
            let allowsRevert = command & 0x80 != 0
            for action in try readCommand(command & 0x3f, input, scope) {
                try plan.append(action, allowsRevert: allowsRevert)
            }
        }
    }

    private static func readCommand(
        _ command: UInt8, _ input: [UInt8], _ scope: RouterScope
    ) throws(RouterStop) -> [RouterAction] {
        switch command {
        case 0x00: return [try readConcentrated(input, scope, kind: .exactIn)]
        case 0x01: return [try readConcentrated(input, scope, kind: .exactOut)]
        case 0x08: return [try readPair(input, scope, kind: .exactIn)]
        case 0x09: return [try readPair(input, scope, kind: .exactOut)]
        // PERMIT2_PERMIT_BATCH and PERMIT2_PERMIT.
        case 0x03, 0x0a: return [.noEffect]
        case 0x02, 0x04, 0x05, 0x06: return [try readPayment(command, input, scope)]
        case 0x0b, 0x0c: return [try readNative(command, input, scope)]
        case 0x0d: return try readTransfers(input, scope)
        case 0x10: throw .unsupported(.v4Swap)
        case 0x21: throw .unsupported(.subPlan)
        default: throw .unsupported(.command(command))
        }
    }

    private static func readConcentrated(
        _ input: [UInt8], _ scope: RouterScope, kind: SwapKind
    ) throws(RouterStop) -> RouterAction {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(input)
            return (
                recipient: try reader.address(), amount: try reader.word(), limit: try reader.word(),
                path: try reader.bytes(), payerIsUser: try reader.bool()
            )
        }
        let hops = try scope.hops(v3: call.path, isReversed: kind == .exactOut)
        let takesAll = kind == .exactIn && call.amount == contractBalance
        return .swap(
            SwapIntent(
                kind: kind, amount: takesAll ? .routerBalance : .exact(call.amount), limit: call.limit, path: hops,
                recipient: scope.recipient(call.recipient), routerPays: !call.payerIsUser, deadline: nil,
                sqrtPriceLimitX96: nil, fixesAmountsFirst: false))
    }

    private static func readPair(
        _ input: [UInt8], _ scope: RouterScope, kind: SwapKind
    ) throws(RouterStop) -> RouterAction {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(input)
            return (
                recipient: try reader.address(), amount: try reader.word(), limit: try reader.word(),
                tokens: try reader.array(countMax: 256) { element throws(ABIError) in try element.address() },
                payerIsUser: try reader.bool()
            )
        }
        let hops = try scope.hops(v2: call.tokens)
        var amount = SwapAmount.exact(call.amount)
        if kind == .exactIn, call.amount.isZero { amount = .alreadyPaid }
        // With the sender paying, 2^255 is no placeholder here: the transfer itself reverts on it.
        if kind == .exactIn, !call.payerIsUser, call.amount == contractBalance { amount = .routerBalance }
        return .swap(
            SwapIntent(
                kind: kind, amount: amount, limit: call.limit, path: hops, recipient: scope.recipient(call.recipient),
                routerPays: !call.payerIsUser, deadline: nil, sqrtPriceLimitX96: nil, fixesAmountsFirst: false))
    }

    /// PERMIT2_TRANSFER_FROM, SWEEP, TRANSFER and PAY_PORTION: (token, recipient, number).
    private static func readPayment(
        _ command: UInt8, _ input: [UInt8], _ scope: RouterScope
    ) throws(RouterStop) -> RouterAction {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(input)
            return (token: try reader.address(), recipient: try reader.address(), number: try reader.word())
        }
        let recipient = scope.recipient(call.recipient)
        switch command {
        case 0x02:
            guard call.number.bitWidthUsed <= 160 else { throw .malformed(.encoding) }
            return .pull(token: call.token, recipient: recipient, amount: call.number)
        case 0x04: return .sweep(token: call.token, recipient: recipient, minimum: call.number)
        case 0x05:
            let amount = call.number == contractBalance ? SwapAmount.routerBalance : .exact(call.number)
            return .transfer(token: call.token, recipient: recipient, amount: amount)
        default: return .payPortion(token: call.token, recipient: recipient, bps: call.number)
        }
    }

    /// WRAP_ETH and UNWRAP_WETH: (recipient, amount).
    private static func readNative(
        _ command: UInt8, _ input: [UInt8], _ scope: RouterScope
    ) throws(RouterStop) -> RouterAction {
        let call = try readABI { () throws(ABIError) in
            var reader = ABIReader(input)
            return (recipient: try reader.address(), amount: try reader.word())
        }
        let recipient = scope.recipient(call.recipient)
        if command == 0x0c { return .unwrapNative(recipient: recipient, minimum: call.amount) }
        let amount = call.amount == contractBalance ? SwapAmount.routerBalance : .exact(call.amount)
        return .wrapNative(recipient: recipient, amount: amount)
    }

    /// PERMIT2_TRANSFER_FROM_BATCH: an array of (from, to, amount, token), all from the sender.
    private static func readTransfers(_ input: [UInt8], _ scope: RouterScope) throws(RouterStop) -> [RouterAction] {
        let transfers = try readABI { () throws(ABIError) in
            var reader = ABIReader(input)
            return try reader.array(countMax: RouterDecoder.stepsMax) { element throws(ABIError) in
                (
                    from: try element.address(), to: try element.address(), amount: try element.uint(bits: 160),
                    token: try element.address()
                )
            }
        }
        guard transfers.allSatisfy({ $0.from == scope.sender }) else { throw .malformed(.notTheSender) }
        return transfers.map { .pull(token: $0.token, recipient: scope.recipient($0.to), amount: $0.amount) }
    }
}
