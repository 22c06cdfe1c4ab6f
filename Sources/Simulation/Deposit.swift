public import EVM
public import EVMCodec
public import EVMTypes

/// An OP-stack deposit (EIP-2718 type 0x7e): a transaction that layer 1 orders. It has no signature, pays no gas, and
/// can make new ether on layer 2. Source: optimism specs `protocol/deposits.md`.
public struct Deposit: Hashable, Sendable {
    /// As the node names it: the hash is over members that are not executed too, and is not checked.
    public var hash: Hash32
    /// Who it is from; contracts of layer 1 have their address moved by a fixed offset.
    public var sender: Address
    /// Wei that the sender is given first; it keeps them when the rest fails.
    public var mint: U256
    /// What it runs: a legacy transaction at a gas price of zero. The nonce is the sender's own.
    public var transaction: Transaction

    /// Whether an RPC transaction object is a deposit.
    public static func isDeposit(_ json: JSON) -> Bool { json["type"]?.quantityU64 == 0x7e }

    /// Reads an RPC transaction object. Faults name the member.
    public init(_ json: JSON) throws(SimulationError) {
        let fields = FieldReader(json, of: "deposit")
        guard let hash = json["hash"]?.hash32, let sender = try fields.address("from") else {
            throw .invalid("deposit without hash or from")
        }
        guard let gas = json["gas"]?.quantityU64, let data = json["input"]?.hexBytes else {
            throw .invalid("deposit \(hash) without gas or input")
        }
        self.hash = hash
        self.sender = sender
        mint = try fields.u256("mint") ?? .zero
        transaction = Transaction(
            kind: .legacy, chainID: nil, nonce: 0, gasLimit: gas, to: try fields.address("to"))
        transaction.value = try fields.u256("value") ?? .zero
        transaction.data = data
    }

    /// Every rule of a block but those about nonce, price and signature.
    public static var options: ExecutionOptions {
        var options = ExecutionOptions.consensus
        options.checksNonce = false
        options.checksBaseFee = false
        options.checksSenderCode = false
        options.checksTransactionGasMax = false
        return options
    }
}

extension Machine {
    /// Gives the sender what a deposit makes. The overlay keeps it.
    public mutating func mint(_ deposit: Deposit, on state: borrowing PinnedState) -> SimulationAnswer<Void> {
        guard !deposit.mint.isZero else { return .done(()) }
        guard let account = account(deposit.sender, on: state) else { return .missing([.account(deposit.sender)]) }
        guard let sum = (account?.balance ?? .zero).adding(deposit.mint) else {
            return .failed(.refused("deposit \(deposit.hash): the balance passes 2^256-1"))
        }
        let needs = apply([AccountOverride(address: deposit.sender, balance: sum)], on: state)
        return needs.isEmpty ? .done(()) : .missing(needs)
    }
}
