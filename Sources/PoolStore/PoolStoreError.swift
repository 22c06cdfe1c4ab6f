/// Why the store could not do what was asked. `message` is one line for people: what, where, what to do.
public struct PoolStoreError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; the only part meant to be compared.
    public enum Code: String, Sendable {
        /// Another process has the folder open.
        case locked
        /// The folder cannot be made or used: permissions, not a folder.
        case unusableFolder
        /// A checksum, a row or the log does not hold; the store must be restored or rebuilt from the chain.
        case corrupt
        /// Written by a newer Martlet.
        case newerFormat
        /// Written for another chain.
        case otherChain
        /// The block does not follow the head.
        case notNextBlock
        /// The undo record of that block is not kept (any more).
        case noUndoRecord
        /// The disk is full or a quota is reached.
        case diskFull
        /// Any other failure of the disk or of RocksDB.
        case io
        /// The store was closed, or stopped itself after a failed write; open it again.
        case closed
    }

    /// Whose mistake it is.
    public enum Party: Sendable {
        case ours, peer, user
    }

    public let code: Code
    public let message: String
    /// The store's folder.
    public let folder: String

    init(_ code: Code, _ message: String, folder: String) {
        self.code = code
        self.message = message
        self.folder = folder
    }

    /// Whether the same call may succeed later without anyone mending anything.
    public var isRetryable: Bool {
        switch code {
        case .locked, .diskFull: true
        case .unusableFolder, .corrupt, .newerFormat, .otherChain, .notNextBlock, .noUndoRecord, .io, .closed: false
        }
    }

    public var fault: Party {
        switch code {
        case .locked, .unusableFolder, .newerFormat, .otherChain, .diskFull: .user
        case .notNextBlock, .noUndoRecord, .closed: .ours
        case .corrupt, .io: .peer
        }
    }

    public var description: String { "\(folder): \(message)" }
}
