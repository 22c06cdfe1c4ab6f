/// Why there are no execution rules for a block.
public enum RulesProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// No row knows the chain.
    case unknownChain(UInt64)
    /// The block lies before the chain's first row.
    case beforeFirstRow(chainID: UInt64, number: UInt64, timestamp: UInt64)
    /// A row of the chain's schedule has no rules here.
    case unknownFork(String)
    /// The chain's rules go by the version of ArbOS, which its blocks do not name and the caller did not give.
    case arbOSVersionMissing(chainID: UInt64)

    /// One line for people.
    public var description: String {
        switch self {
        case .unknownChain(let id): "no execution rules: chain \(id) is not known"
        case .beforeFirstRow(let id, let number, let timestamp):
            "no execution rules: block \(number) of time \(timestamp) is before what is known of chain \(id)"
        case .unknownFork(let name): "no execution rules: fork \(name) is not known"
        case .arbOSVersionMissing(let id): "no execution rules: chain \(id) needs its version of ArbOS"
        }
    }
}
