import EVMTypes
import Foundation

/// The address of a peer: `http://`, `https://`, `ws://`, `wss://`,
/// or the path of a Unix socket (`/path` or `ipc:///path`).
///
/// Prints only scheme, host and port: paths, queries and credentials often carry keys and stay inside.
public struct EndpointURL: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// How the peer is reached.
    public enum Scheme: String, Hashable, Sendable { case http, https, ws, wss, ipc }

    /// How the peer is reached.
    public let scheme: Scheme
    /// Host name or address without brackets; empty for `ipc`.
    public let host: String
    /// TCP port; 0 for `ipc`.
    public let port: Int
    /// Path and query as sent (`/` when empty), or the socket's path. Secret.
    let target: Redacted<String>
    /// `user:password` when the URL carries credentials. Secret.
    let credentials: Redacted<String?>
    /// The whole URL as given. Secret.
    let full: Redacted<String>

    /// The longest Unix socket path of Linux, in bytes.
    /// Source: `man 7 unix`, `sun_path[108]` with its NUL.
    public static let ipcPathBytesMax = 107

    /// Reads `text`.
    ///
    /// Throws `.configuration` when the scheme is not one of the five, the host is missing, the port is not 1...65535,
    /// a character is not allowed, or a socket path is longer than 107 bytes. The message never repeats the text.
    public init(_ text: String) throws(NodeError) {
        if text.hasPrefix("/") || text.hasPrefix("ipc://") {
            let path = text.hasPrefix("/") ? text : String(text.dropFirst("ipc://".count))
            try self.init(socketPath: path, full: text)
        } else {
            try self.init(network: text)
        }
    }

    private init(network text: String) throws(NodeError) {
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }), let parts = URLComponents(string: text) else {
            throw NodeError(.configuration, "this is not a URL: use http, https, ws, wss or the path of a socket")
        }
        guard let named = parts.scheme?.lowercased(), let scheme = Scheme(rawValue: named), scheme != .ipc else {
            throw NodeError(.configuration, "unknown URL scheme: use http, https, ws, wss or the path of a socket")
        }
        guard var host = parts.host, !host.isEmpty else { throw NodeError(.configuration, "the URL names no host") }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let port = parts.port ?? (scheme == .http || scheme == .ws ? 80 : 443)
        guard (1...65535).contains(port) else {
            throw NodeError(.configuration, "the URL's port is not between 1 and 65535")
        }
        full = Redacted(text)
        self.scheme = scheme
        self.host = host
        self.port = port
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        target = Redacted(path + (parts.percentEncodedQuery.map { "?" + $0 } ?? ""))
        credentials = Redacted(parts.user.map { "\($0):\(parts.password ?? "")" })
    }

    private init(socketPath path: String, full text: String) throws(NodeError) {
        guard !path.isEmpty, path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw NodeError(.configuration, "a socket path must be absolute")
        }
        guard path.utf8.count <= Self.ipcPathBytesMax else {
            throw NodeError(
                .configuration, "the socket path has \(path.utf8.count) bytes; Linux allows \(Self.ipcPathBytesMax)")
        }
        scheme = .ipc
        host = ""
        port = 0
        target = Redacted(path)
        credentials = Redacted(nil)
        full = Redacted(text)
    }

    /// Whether subscriptions are possible (WebSocket or socket file).
    public var isStreaming: Bool { scheme == .ws || scheme == .wss || scheme == .ipc }
    /// Whether the connection is encrypted.
    public var isEncrypted: Bool { scheme == .https || scheme == .wss }

    /// `scheme://host:port`, or `ipc:` and the file's name: fit for logs and metric labels.
    public var description: String {
        guard scheme != .ipc else { return "ipc:\(target.value.split(separator: "/").last ?? "")" }
        return "\(scheme.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }

    /// The `Authorization` header for the URL's credentials, when it has some.
    var basicAuthorization: String? {
        credentials.value.map { "Basic " + Data($0.utf8).base64EncodedString() }
    }
}
