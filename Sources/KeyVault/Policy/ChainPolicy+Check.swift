import EVMCodec
import EVMTypes

/// What a transaction may cost at most.
struct SpendFigures: Sendable, Equatable {
    var value: U256
    /// value + gas limit * fee per gas (+ blob gas), in wei.
    var cost: U256
}

extension ChainPolicy {
    /// The reason to refuse `transaction` by the rules that look at it alone, or nil.
    ///
    /// Cheapest and most telling rules first; O(targets), no allocation.
    func refusal(of transaction: Transaction, route: SigningRoute, minuteOfDay: Int) -> SigningRefusal? {
        guard kinds.contains(transaction.kind) else { return .kindNotAllowed }
        guard routes.contains(route) else { return .routeNotAllowed }
        if let refusal = refusal(minuteOfDay: minuteOfDay) { return refusal }
        if let refusal = targetRefusal(of: transaction) { return refusal }
        guard transaction.value <= valueWeiMax else { return .valueTooHigh }
        guard transaction.gasLimit <= gasLimitMax else { return .gasTooHigh }
        // A delegation inside a transaction was signed for its own authority; as a sender we only let our own list by.
        for authorization in transaction.authorizations where !delegates.contains(authorization.address) {
            return .authorizationNotAllowed
        }
        if transaction.kind.rawValue >= Transaction.Kind.dynamicFee.rawValue,
            transaction.maxPriorityFeePerGas > transaction.maxFeePerGas
        {
            return .tipAboveFee
        }
        guard transaction.feeCap <= feePerGasWeiMax, transaction.maxFeePerBlobGas <= feePerGasWeiMax else {
            return .feeTooHigh
        }
        if let priorityFeeWeiMax, transaction.tipCap > priorityFeeWeiMax { return .tipTooHigh }
        guard let figures = SpendFigures(of: transaction) else { return .costTooHigh }
        if let costWeiMax, figures.cost > costWeiMax { return .costTooHigh }
        return nil
    }

    private func targetRefusal(of transaction: Transaction) -> SigningRefusal? {
        guard let recipient = transaction.to else { return allowsCreation ? nil : .creationNotAllowed }
        guard let target = targets.first(where: { $0.address == recipient }) else { return .recipientNotAllowed }
        if let limit = target.valueWeiMax, transaction.value > limit { return .valueTooHigh }
        guard let selectors = target.selectors else { return nil }
        if transaction.data.isEmpty { return target.allowsPlainTransfer ? nil : .selectorNotAllowed }
        guard let selector = ChainPolicy.selector(transaction.data), selectors.contains(selector) else {
            return .selectorNotAllowed
        }
        return nil
    }

    /// The first four bytes of calldata as a number; nil for less.
    public static func selector(_ data: [UInt8]) -> UInt32? {
        guard data.count >= 4 else { return nil }
        return data[0..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension SpendFigures {
    /// Nil when a product or sum does not fit 256 bits.
    init?(of transaction: Transaction) {
        guard var cost = transaction.feeCap.multiplied(by: U256(transaction.gasLimit))?.adding(transaction.value) else {
            return nil
        }
        if transaction.kind == .blob {
            // 2^17 blob gas a blob: EIP-4844 GAS_PER_BLOB.
            let blobGas = U256(UInt64(transaction.blobVersionedHashes.count) * 131_072)
            guard let blobCost = transaction.maxFeePerBlobGas.multiplied(by: blobGas), let sum = cost.adding(blobCost)
            else { return nil }
            cost = sum
        }
        self.init(value: transaction.value, cost: cost)
    }
}
