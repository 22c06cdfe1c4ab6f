import Foundation
public import Logging

/// How a log line looks.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-01-02T03:04:05.678Z info node: head imported number=123`
    case text
    /// One JSON object a line: `time`, `level`, `label`, `message`, `metadata`.
    case json
}

/// Where finished lines go.
public struct LogSink: Sendable {
    /// Takes one line with its line end. Called from any thread, one line at a time per call.
    public let write: @Sendable (String) -> Void

    /// Any destination (tests collect lines).
    public init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// Standard error, one `write` a line, so that lines of several threads do not mix.
    public static let standardError = LogSink { StandardError.write($0) }

    /// A file that lines are appended to (mode 0600 when it is made); nil when it cannot be opened.
    public static func file(_ path: String) -> LogSink? {
        let made =
            FileManager.default.fileExists(atPath: path)
            || FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard made, let handle = FileHandle(forWritingAtPath: path) else { return nil }
        // Logging must never stop the node: a full disk loses lines, not blocks.
        return LogSink { line in
            _ = try? handle.seekToEnd()
            try? handle.write(contentsOf: Data(line.utf8))
        }
    }
}

/// A swift-log handler that writes one line an event.
///
/// Messages are constant strings and data is metadata; everything from outside is escaped, so no peer can forge a
/// line or steer a terminal.
/// Values wrapped in `Redacted` print as `<redacted>`.
public struct LogLineHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let sink: LogSink
    private let now: @Sendable () -> Date

    /// Longest text of one message or value, in Unicode scalars; the rest is cut and marked.
    static let textScalarsMax = 4_096

    /// Makes a handler. `now` gives the time printed (UTC).
    public init(label: String, level: Logger.Level, format: LogFormat, sink: LogSink = .standardError) {
        self.init(label: label, level: level, format: format, sink: sink, now: { Date() })
    }

    init(
        label: String, level: Logger.Level, format: LogFormat, sink: LogSink, now: @escaping @Sendable () -> Date
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.sink = sink
        self.now = now
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        let time = now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        switch format {
        case .text:
            sink.write(LogText.line(time: time, level: event.level, label: label, message: "\(event.message)", all))
        case .json:
            sink.write(LogJSON.line(time: time, level: event.level, label: label, message: "\(event.message)", all))
        }
    }
}
