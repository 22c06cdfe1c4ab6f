import EVMCodec
import EVMTypes

/// What one of our transactions did to the executor's balance of the settlement token, read from its logs.
///
/// The executor emits no event of its own: its profit is what ERC-20 transfers and wrapped-native withdrawals say.
enum Settlement {
    /// keccak256("Transfer(address,address,uint256)"). Source: EIP-20.
    static let transferTopic = Hash32(0xddf2_52ad_1be2_c89b_69c2_b068_fc37_8daa_952b_a7f1_63c4_a116_28f5_5a4d_f523_b3ef)
    /// keccak256("Withdrawal(address,uint256)"). Source: WETH9.
    static let withdrawalTopic = Hash32(
        0x7fcf_532c_15f0_a6db_0bd6_d0e0_38be_a71d_30d8_08c7_d98c_b3bf_7268_a95b_f508_1b65)
    /// keccak256("Deposit(address,uint256)"). Source: WETH9.
    static let depositTopic = Hash32(0xe1ff_fcc4_923d_04b5_59f4_d29a_8bfc_6cda_04eb_5b0d_3c46_0751_c240_2c5c_5cc9_109c)

    /// Tokens in and out of one account.
    struct Flow: Equatable, Sendable {
        /// Smallest units of the token that came in.
        var received = U256.zero
        /// Smallest units that went out, withdrawals included.
        var sent = U256.zero
        /// The part of `sent` that was unwrapped into the native coin: the tip, for our executor.
        var unwrapped = U256.zero

        /// `received - sent` when it is not negative.
        var growth: U256? { received.subtracting(sent) }
    }

    /// The flow of `token` through `account` in `logs` (those of one transaction). Exact; malformed logs of the
    /// token count for nothing.
    static func flow(of token: Address, through account: Address, logs: [Log]) -> Flow {
        let owner = Hash32(account.word)
        var flow = Flow()
        for log in logs where log.address == token && log.data.count == 32 {
            guard let topic = log.topics.first else { continue }
            let amount = U256(bigEndian: log.data)
            if topic == transferTopic, log.topics.count == 3 {
                if log.topics[1] == owner { flow.sent = flow.sent &+ amount }
                if log.topics[2] == owner { flow.received = flow.received &+ amount }
            } else if topic == withdrawalTopic, log.topics.count == 2, log.topics[1] == owner {
                flow.sent = flow.sent &+ amount
                flow.unwrapped = flow.unwrapped &+ amount
            } else if topic == depositTopic, log.topics.count == 2, log.topics[1] == owner {
                flow.received = flow.received &+ amount
            }
        }
        return flow
    }
}
