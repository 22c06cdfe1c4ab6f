/// One thing wrong with a configuration: where it stands, what was found and what would be accepted.
public struct ConfigFault: Hashable, Sendable, CustomStringConvertible {
    /// The file, environment variable or flag the value came from.
    public let source: String
    /// The key with its path, for example `dex[2].factory`; empty when the whole source is meant.
    public let key: String
    /// What is wrong, as a short clause.
    public let problem: String
    /// What would be accepted, as a short clause.
    public let expected: String

    public init(source: String, key: String, problem: String, expected: String) {
        self.source = source
        self.key = key
        self.problem = problem
        self.expected = expected
    }

    /// One line: source, key, what is wrong, what is expected.
    public var description: String {
        "\(source): \(key.isEmpty ? "" : key + " ")\(problem); expected \(expected)"
    }
}

/// Why a configuration could not be used. Never retryable: the same files give the same answer.
public struct ChainRegistryError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; the only part meant to be compared.
    public enum Code: Sendable {
        /// A file does not exist or cannot be read.
        case unreadable
        /// A file is not TOML (or not JSON, for a deployment).
        case malformed
        /// The file reads well but some values are refused.
        case invalid
        /// No chain of that name in any place that was searched.
        case unknownChain
        /// No endpoint of the chain is configured on this machine.
        case noEndpoint
    }

    /// Whose mistake it is.
    public enum Party: Sendable {
        case ours, peer, user
    }

    public let code: Code
    /// Every fault found, in the order of the file; never empty.
    public let faults: [ConfigFault]

    public init(code: Code, faults: [ConfigFault]) {
        self.code = code
        self.faults = faults
    }

    init(_ code: Code, source: String, key: String = "", problem: String, expected: String) {
        self.init(code: code, faults: [ConfigFault(source: source, key: key, problem: problem, expected: expected)])
    }

    /// Always false: a configuration does not mend itself.
    public var isRetryable: Bool { false }
    /// Always the user's: only files, variables and flags are read here.
    public var fault: Party { .user }
    /// One line a fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// Collects faults while a file is read, so that all of them are told at once.
final class FaultList {
    private(set) var faults: [ConfigFault] = []

    func add(_ source: String, _ key: String, _ problem: String, expected: String) {
        faults.append(ConfigFault(source: source, key: key, problem: problem, expected: expected))
    }

    /// Throws every fault collected so far, if there is one.
    func check() throws(ChainRegistryError) {
        if !faults.isEmpty { throw ChainRegistryError(code: .invalid, faults: faults) }
    }
}
