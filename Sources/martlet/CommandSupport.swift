import ArgumentParser
import Foundation

/// The exit codes of every command (docs/CLI.md). They are part of the interface: scripts rely on them.
enum ExitStatus: Int32 {
    case done = 0
    /// A check failed, or nothing was found.
    case failed = 1
    case badUsage = 2
    case badConfiguration = 3
    case peerFailed = 4
    /// Refused by policy or risk: a wrong password, a key that may not sign, a limit.
    case refused = 5
}

/// Ends a command with one line on stderr (what, where, what to do) and a documented exit code.
struct CLIFailure: Error, CustomStringConvertible {
    var code: ExitStatus
    var message: String

    init(code: ExitStatus, message: String) {
        self.code = code
        self.message = message
    }

    var description: String { message }
}

enum Terminal {
    static func error(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    static func out(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
