import NodeClient
import PoolStore

/// Why a sync ended early. What was staged before it stays in the store and the next run goes on from there.
public struct SyncError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; the part to compare.
    public enum Code: String, Sendable {
        /// No endpoint answered, or what they answered cannot be used.
        case peer
        /// The endpoints serve another chain, or a setting cannot be used.
        case configuration
        /// The store could not be read or written.
        case store
        /// What was stored differs from what the chain says.
        case mismatch
        /// The task was cancelled.
        case cancelled
    }
    public let code: Code
    /// One line: what, where, what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sync error for whatever `error` holds.
    public init(caught error: any Error) {
        if let known = error as? SyncError {
            self = known
        } else if let store = error as? PoolStoreError {
            self.init(.store, "\(store)")
        } else {
            let node = NodeError(caught: error)
            switch node.code {
            case .cancelled: self.init(.cancelled, "cancelled")
            case .configuration, .wrongChain: self.init(.configuration, "\(node)")
            default: self.init(.peer, "\(node)")
            }
        }
    }

    public var description: String { message }
}
