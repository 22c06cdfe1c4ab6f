public import EVMCodec
public import EVMTypes

/// Gas prices as data: what one fork of one chain charges for instructions.
///
/// The constant price of each opcode lies in a table of 256; what depends on operands or on state is a named member.
/// A chain that departs from Ethereum (Polygon's PIP-88, for example) is a schedule with other numbers, not other code.
/// Source: the Yellow Paper's appendix G and the EIPs named at each member.
public struct GasSchedule: Hashable, Sendable {
    /// The constant part of each opcode's price; negative where the opcode does not exist.
    public var constant: [Int16]
    /// A storage read of a slot not touched before in this transaction (2,100; EIP-2929); before Berlin every read.
    public var coldSload: Int64
}
