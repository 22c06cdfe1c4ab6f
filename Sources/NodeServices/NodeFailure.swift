/// Why a node could not start or had to end: one line for the operator, and whose turn it is.
public struct NodeFailure: Error, Sendable, CustomStringConvertible {
    /// What kind of failure; each has an exit code (docs/CLI.md).
    public enum Kind: Sendable {
        /// Configuration, or a resource on this machine: exit code 3.
        case configuration
        /// A node or relay: exit code 4.
        case peer
        /// A password, a policy, a limit: exit code 5.
        case refused
        /// A check of our own state: exit code 1.
        case failed
    }

    public let kind: Kind
    /// What, where, what to do. No secrets.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
