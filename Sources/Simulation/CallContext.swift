public import EVM

/// Where a simulation stands: rules, block and what it supposes.
public struct CallContext: Sendable {
    /// The chain's rules at the block.
    public var rules: ExecutionRules
    /// The block that transactions run in. For `eth_call` at a mined block, that block's own number, time and base fee.
    public var block: BlockEnvironment
    /// Put over the state first, and taken back afterwards.
    public var stateOverrides: [AccountOverride] = []
    /// Put over `block`.
    public var blockOverrides = BlockOverrides()
    /// Most gas of one call; geth's `--rpc.gascap`. 0 for none.
    public var gasCap: UInt64 = 50_000_000

    public init(rules: ExecutionRules, block: BlockEnvironment) {
        self.rules = rules
        self.block = block
    }

    /// The block with its overrides.
    var environment: BlockEnvironment { blockOverrides.applied(to: block) }

    /// The rules without the precompiled contracts whose addresses are overridden, as geth does.
    var effectiveRules: ExecutionRules {
        var rules = rules
        for account in stateOverrides { _ = rules.precompiles.remove(account.address) }
        return rules
    }
}
