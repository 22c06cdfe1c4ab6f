public import EVM
public import EVMCodec
public import EVMTypes

/// What a transaction or bundle did to balances, for people: wei of the native coin and amounts of tokens per account.
public struct Effects: Hashable, Sendable {
    /// An account's change of the native coin, fees included.
    public struct BalanceChange: Hashable, Sendable {
        public var account: Address
        public var before: U256
        public var after: U256
        /// Wei; negative when it has less.
        public var difference: I256 { I256(bits: after &- before) }
    }

    /// An account's change of one token, summed from Transfer logs and WETH9's Deposit and Withdrawal. What a token
    /// moves without a log is not in it.
    public struct TokenChange: Hashable, Sendable {
        public var token: Address
        public var account: Address
        /// In the token's smallest unit.
        public var difference: I256
    }

    /// In the order of the changes; accounts with the same balance as before are left out.
    public var balances: [BalanceChange] = []
    /// In the order of the logs; sums of zero are left out. The zero address (mint and burn) is left out too.
    public var tokens: [TokenChange] = []

    public init() {}

    /// From the accounts that a run changed and its logs.
    public init(changes: [AccountChange], logs: [ReceiptLog]) {
        for change in changes {
            let before = change.before?.balance ?? .zero, after = change.after?.balance ?? .zero
            if before != after {
                balances.append(BalanceChange(account: change.address, before: before, after: after))
            }
        }
        tokens = Self.tokenChanges(logs)
    }

    private struct Holding: Hashable {
        var token: Address
        var account: Address
    }

    /// The sums over logs.
    public static func tokenChanges(_ logs: [ReceiptLog]) -> [TokenChange] {
        var order: [Holding] = []
        var sums: [Holding: U256] = [:]
        func add(_ token: Address, _ account: Address?, _ amount: U256, _ isGain: Bool) {
            guard let account, !account.isZero else { return }
            let holding = Holding(token: token, account: account)
            if sums[holding] == nil { order.append(holding) }
            // Wraps as two's complement: a token may claim any amounts.
            sums[holding] = isGain ? sums[holding, default: .zero] &+ amount : sums[holding, default: .zero] &- amount
        }
        for log in logs where log.data.count == 32 {
            let amount = U256(bigEndian: log.data)
            if log.topics.count == 3, log.topics[0] == KnownEvents.transfer {
                add(log.address, Address(word: log.topics[1].word), amount, false)
                add(log.address, Address(word: log.topics[2].word), amount, true)
            } else if log.topics.count == 2, log.topics[0] == KnownEvents.deposit {
                add(log.address, Address(word: log.topics[1].word), amount, true)
            } else if log.topics.count == 2, log.topics[0] == KnownEvents.withdrawal {
                add(log.address, Address(word: log.topics[1].word), amount, false)
            }
        }
        return order.compactMap { holding in
            guard let sum = sums[holding], !sum.isZero else { return nil }
            return TokenChange(token: holding.token, account: holding.account, difference: I256(bits: sum))
        }
    }

    /// `{balances: [{account, before, after, difference}], tokens: [{token, account, difference}]}`, decimal strings.
    public var json: JSON {
        [
            "balances": .array(
                balances.map {
                    [
                        "account": .address($0.account), "before": .string($0.before.description),
                        "after": .string($0.after.description), "difference": .string($0.difference.description),
                    ]
                }),
            "tokens": .array(
                tokens.map {
                    [
                        "token": .address($0.token), "account": .address($0.account),
                        "difference": .string($0.difference.description),
                    ]
                }),
        ]
    }
}
