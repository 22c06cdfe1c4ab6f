public import EVMTypes

/// A contract that the protocol runs itself instead of bytecode.
///
/// The raw value is the address for 0x01 to 0x11; P256VERIFY, whose address is 0x100, has 0x12.
@frozen public enum Precompile: UInt8, CaseIterable, Hashable, Sendable {
    case ecrecover = 0x01, sha256, ripemd160, identity, modexp
    case bn254Add, bn254Multiply, bn254Pairing
    case blake2f
    case pointEvaluation
    case blsG1Add, blsG1MultiScalar, blsG2Add, blsG2MultiScalar, blsPairing, blsMapToG1, blsMapToG2
    case p256Verify

    /// Where the contract lives on every chain that has it.
    public var address: Address {
        Address(high: 0, low: self == .p256Verify ? Self.p256VerifyAddress : UInt128(rawValue))
    }

    /// The contract that lives at `address` where it exists at all; nil for every other address.
    @inlinable
    init?(at address: Address) {
        let low = address.low
        guard low <= Self.p256VerifyAddress, address.high == 0 else { return nil }
        if low == Self.p256VerifyAddress {
            self = .p256Verify
        } else {
            // 0x12 is the raw value of P256VERIFY and no contract's address.
            guard low < UInt128(Self.p256Verify.rawValue) else { return nil }
            self.init(rawValue: UInt8(truncatingIfNeeded: low))
        }
    }

    /// Source: EIP-7951, RIP-7212.
    @inlinable static var p256VerifyAddress: UInt128 { 0x100 }
}

/// What precompiled contracts exist at which address and what they cost: one value for each fork of each chain.
///
/// Plain data without references: copying, comparing and passing it on costs no reference count.
public struct PrecompileSet: Hashable, Sendable {
    /// What the contracts cost and how long their inputs may be.
    public var prices: PrecompilePrices
    /// Bit n: the contract of raw value n exists.
    @usableFromInline var present: UInt32
    /// The contracts that the chain has besides, which we do not implement.
    private var foreign: ForeignPrecompiles
    /// Bit n: the contract of raw value n was put away by `remove`, and its address is still warm.
    private var removed: UInt32 = 0

    /// The set of `precompiles` at these prices, with a chain's own contracts besides.
    init(_ precompiles: some Sequence<Precompile>, prices: PrecompilePrices, foreign: ForeignPrecompiles = .none) {
        self.prices = prices
        self.foreign = foreign
        present = precompiles.reduce(into: 0) { $0 |= 1 << UInt32($1.rawValue) }
    }

    /// The contract at `address` that `Precompile.run` answers for. A few nanoseconds.
    ///
    /// Nil also for a chain's own contracts: ask `unsupportedName` before treating the address as an ordinary account.
    @inlinable public subscript(address: Address) -> Precompile? {
        guard let precompile = Precompile(at: address), contains(precompile) else { return nil }
        return precompile
    }

    /// Whether `precompile` exists on this chain at this fork.
    @inlinable public func contains(_ precompile: Precompile) -> Bool {
        present >> UInt32(precompile.rawValue) & 1 == 1
    }

    /// The name of a contract that exists on the chain and that we do not implement; nil for all other addresses.
    ///
    /// Whoever runs code must end the run by this name when it is called: treating the address as an empty account
    /// would give a wrong answer.
    @inlinable public func unsupportedName(_ address: Address) -> String? {
        Self.isLow(address) ? lowUnsupportedName(address) : nil
    }

    /// `unsupportedName` for an address of which `isLow` holds.
    @usableFromInline func lowUnsupportedName(_ address: Address) -> String? {
        return foreign.name(UInt16(truncatingIfNeeded: address.low))
    }

    /// Every precompiled address in ascending order, those of `unsupportedName` included: they are warm from the start
    /// of each transaction (EIP-2929). Allocates; for set-up and listing.
    public var addresses: [Address] {
        let own = Precompile.allCases.filter(contains).map(\.address)
        return (own + foreign.rows.map { Address(high: 0, low: UInt128($0.address)) }).sorted()
    }

    /// Whether `address` is in `addresses`. Two comparisons for all other addresses but the lowest 512.
    @inlinable public func isWarm(_ address: Address) -> Bool { Self.isLow(address) && isLowWarm(address) }

    /// `isWarm` for an address of which `isLow` holds.
    @usableFromInline func isLowWarm(_ address: Address) -> Bool {
        if self[address] != nil || lowUnsupportedName(address) != nil { return true }
        return Precompile(at: address).map { removed >> UInt32($0.rawValue) & 1 == 1 } ?? false
    }

    /// Makes the address an ordinary account, as a state override in a simulation does; it stays warm from the start.
    /// Whether there was one of our contracts.
    public mutating func remove(_ address: Address) -> Bool {
        guard let precompile = self[address] else { return false }
        present &= ~(1 << UInt32(precompile.rawValue))
        removed |= 1 << UInt32(precompile.rawValue)
        return true
    }

    /// Whether the address may be a precompiled contract at all: those of every chain lie below 0x200.
    @inlinable static func isLow(_ address: Address) -> Bool { address.high == 0 && address.low < 0x200 }
}
