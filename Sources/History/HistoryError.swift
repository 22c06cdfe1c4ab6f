/// Why the history could not do what was asked. `message` is one line for people: what, where, what to do.
public struct HistoryError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; the only part meant to be compared.
    public enum Code: String, Sendable {
        /// The file cannot be made, opened or written.
        case unusableFile
        /// Not a database, damaged, or a row that does not read.
        case corrupt
        /// Written by a newer Martlet.
        case newerFormat
        /// Belongs to another chain, or to another program.
        case otherOwner
        /// The disk is full.
        case diskFull
        /// Another process holds the file.
        case busy
        /// No row with this id.
        case unknownRow
        /// The bundle may not go from its state to the one asked for.
        case illegalState
        /// A number is too large to be stored or summed.
        case outOfRange
        /// Any other failure of SQLite.
        case io
    }

    /// Whose mistake it is.
    public enum Party: Sendable {
        case ours, peer, user
    }

    /// What went wrong.
    public let code: Code
    /// One line, with the path.
    public let message: String
    /// The database's file.
    public let file: String

    init(_ code: Code, _ message: String, file: String) {
        self.code = code
        self.message = message
        self.file = file
    }

    /// Whether the same call may succeed later without anyone mending anything.
    public var isRetryable: Bool { code == .busy || code == .diskFull }

    /// Whose fault it is.
    public var fault: Party {
        switch code {
        case .unusableFile, .newerFormat, .otherOwner, .diskFull, .busy: .user
        case .unknownRow, .illegalState, .outOfRange: .ours
        case .corrupt, .io: .peer
        }
    }

    public var description: String { "\(file): \(message)" }
}
