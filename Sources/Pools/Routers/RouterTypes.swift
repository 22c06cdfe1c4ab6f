public import EVMTypes

/// Which router's calldata a contract understands.
public enum RouterKind: UInt8, Hashable, Sendable, CaseIterable {
    case uniswapV2Router02
    case uniswapV3SwapRouter
    case swapRouter02
    case universalRouter
}

/// One router contract of a chain, as a chain file names it.
public struct RouterEntry: Hashable, Sendable {
    public var address: Address
    public var kind: RouterKind
    /// `DexConfig.id` of the V2 and of the V3 exchange it swaps on; nil when it has none.
    public var v2DexID: UInt16?
    public var v3DexID: UInt16?

    public init(address: Address, kind: RouterKind, v2DexID: UInt16?, v3DexID: UInt16?) {
        self.address = address
        self.kind = kind
        self.v2DexID = v2DexID
        self.v3DexID = v3DexID
    }
}

/// The routers of one chain by address.
public struct RouterTable: Sendable {
    /// The token that stands for the native coin, such as WETH9.
    public let wrappedNative: Address
    private let entries: [Address: RouterEntry]

    /// Of two entries with one address the first counts.
    public init(_ entries: [RouterEntry], wrappedNative: Address) {
        self.wrappedNative = wrappedNative
        self.entries = Dictionary(entries.map { ($0.address, $0) }) { first, _ in first }
    }

    public subscript(_ address: Address) -> RouterEntry? { entries[address] }
}

/// Which of the two amounts of a swap is fixed.
public enum SwapKind: UInt8, Hashable, Sendable {
    case exactIn
    case exactOut
}

/// One pool of a swap's path, in the direction tokens flow.
public struct SwapHop: Hashable, Sendable {
    public var kind: PoolKind
    public var dexID: UInt16
    public var tokenIn: Address
    public var tokenOut: Address
    /// Fee in pips; 0 for V2, whose exchange sets it.
    public var feePips: UInt32
}

/// An amount in calldata.
public enum SwapAmount: Hashable, Sendable {
    case exact(U256)
    /// All that the router holds of the token at that moment.
    case routerBalance
    /// What an earlier step sent to the first pair.
    case alreadyPaid
}

/// One swap that a transaction asks a router for.
public struct SwapIntent: Hashable, Sendable {
    public var kind: SwapKind
    /// The fixed amount: input for `exactIn`, output for `exactOut`.
    public var amount: SwapAmount
    /// Least output for `exactIn`, most input for `exactOut`.
    public var limit: U256
    /// 1 to `RouterDecoder.hopsMax` hops, first input first.
    public var path: [SwapHop]
    /// Who gets the output; the router's own address when a later step uses it.
    public var recipient: Address
    /// Whether the router pays out of its own balance instead of the sender's.
    public var routerPays: Bool
    /// Unix seconds after which the swap reverts; nil when only the plan has one, or none.
    public var deadline: U256?
    /// A V3 price bound that stops the swap; nil for none. Only single hops have one.
    public var sqrtPriceLimitX96: U256?
    /// V2 Router02's exact-input swaps fix all amounts before the first pair is touched.
    public var fixesAmountsFirst: Bool
}

/// One thing a router does for a transaction.
public enum RouterAction: Hashable, Sendable {
    case swap(SwapIntent)
    /// Native coin held by the router becomes wrapped tokens of `recipient`.
    case wrapNative(recipient: Address, amount: SwapAmount)
    /// All of the router's wrapped tokens become native coin; reverts below `minimum`.
    case unwrapNative(recipient: Address, minimum: U256)
    /// All of the router's balance goes to `recipient`; reverts below `minimum`.
    case sweep(token: Address, recipient: Address, minimum: U256)
    case transfer(token: Address, recipient: Address, amount: SwapAmount)
    /// A share of the router's balance, in 1e-4.
    case payPortion(token: Address, recipient: Address, bps: U256)
    /// Tokens move from the sender to `recipient`.
    case pull(token: Address, recipient: Address, amount: U256)
    /// Permits and refunds: nothing that a pool sees.
    case noEffect
}

/// One step of a plan.
public struct RouterStep: Hashable, Sendable {
    public var action: RouterAction
    /// The Universal Router's flag: a revert of this step alone does not revert the transaction.
    public var allowsRevert: Bool

    init(_ action: RouterAction, allowsRevert: Bool = false) {
        self.action = action
        self.allowsRevert = allowsRevert
    }
}

/// All that a transaction asks of a router, in order.
public struct RouterPlan: Hashable, Sendable {
    public var router: RouterEntry
    public var wrappedNative: Address
    /// Native coin sent along, in wei.
    public var value: U256
    public var steps: [RouterStep]
    /// Unix seconds after which everything reverts.
    public var deadline: U256?
    /// The parent hash that the block must have, for `multicall(bytes32,bytes[])`.
    public var previousBlockHash: Hash32?

    /// The swaps among the steps.
    public var swaps: [SwapIntent] {
        steps.compactMap { if case .swap(let intent) = $0.action { intent } else { nil } }
    }
}

/// Why calldata of a router is not modelled. Malformed calldata reverts on the chain; the others are limits of ours.
public enum RouterFault: Hashable, Sendable {
    /// Not what the ABI allows: short, out of range, or made to cost.
    case encoding
    case path
    case tooManySteps
    case tooManyHops
    case nestedTooDeep
    /// Commands and inputs of `execute` differ in number.
    case lengthMismatch
    /// ETH functions need the wrapped token at the path's end.
    case pathWithoutWrappedNative
    /// The router has no exchange of this protocol in the table.
    case noSuchExchange(PoolKind)
    /// A transfer out of somebody else's account.
    case notTheSender
    case subPlan
    case v4Swap
    /// A Universal Router command that is not modelled.
    case command(UInt8)
    /// A call inside a multicall that is not modelled.
    case innerSelector(UInt32)
}

/// What calldata turned out to be.
public enum RouterDecoding: Hashable, Sendable {
    case plan(RouterPlan)
    /// The transaction does not call a known router.
    case notARouter
    /// The router has no modelled function with this selector.
    case unknownSelector(UInt32)
    /// The contract would revert on it.
    case malformed(RouterFault)
    /// Valid, but refused by name.
    case unsupported(RouterFault)
}
