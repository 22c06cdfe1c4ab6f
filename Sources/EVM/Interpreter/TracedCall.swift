public import EVMTypes

/// A call, creation or SELFDESTRUCT that a traced run begins.
public struct TracedCall: Hashable, Sendable {
    /// The instruction, by its name; the transaction's own is `call` or `create`.
    public enum Kind: String, Hashable, Sendable {
        case call = "CALL"
        case callCode = "CALLCODE"
        case delegateCall = "DELEGATECALL"
        case staticCall = "STATICCALL"
        case create = "CREATE"
        case create2 = "CREATE2"
        case selfdestruct = "SELFDESTRUCT"
    }

    /// The instruction.
    public var kind: Kind
    /// The account that performs it.
    public var from: Address
    /// Whose code is called; for a creation the new contract, for SELFDESTRUCT the heir.
    public var to: Address
    /// Wei that moves; for DELEGATECALL what CALLVALUE answers; nil for STATICCALL.
    public var value: U256?
    /// Gas it is given, the stipend included. For the transaction's own: without the intrinsic gas.
    public var gas: Int64
    /// How many frames called it; 0 for the transaction's own.
    public var depth: Int

    public init(kind: Kind, from: Address, to: Address, value: U256?, gas: Int64, depth: Int) {
        self.kind = kind
        self.from = from
        self.to = to
        self.value = value
        self.gas = gas
        self.depth = depth
    }
}

extension TracedCall.Kind {
    /// The kind of a calling or creating opcode; nil for others.
    init?(opcode: UInt8) {
        switch opcode {
        case 0xf0: self = .create
        case 0xf1: self = .call
        case 0xf2: self = .callCode
        case 0xf4: self = .delegateCall
        case 0xf5: self = .create2
        case 0xfa: self = .staticCall
        default: return nil
        }
    }
}
