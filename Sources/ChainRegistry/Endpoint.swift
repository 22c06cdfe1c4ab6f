/// Where a node is reached: by an environment variable that holds the URL, or by a plain URL or socket path.
public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// The name of an environment variable.
    case environment(String)
    /// `ws://`, `wss://`, `http://`, `https://` or `ipc://` followed by a path.
    case url(String)

    /// Reads a setting: an environment name, a URL without credentials, or the absolute path of an IPC socket.
    /// Nil for anything else, in particular for a URL that looks as if it held a key.
    public init?(_ text: String) {
        if Self.isEnvironmentName(text) {
            self = .environment(text)
        } else if text.hasPrefix("/"), !text.contains("\0") {
            self = .url("ipc://" + text)
        } else if text.hasPrefix("ipc:///"), !text.contains("\0") {
            self = .url(text)
        } else if Self.isPlainURL(text, schemes: ["ws", "wss", "http", "https"]) {
            self = .url(text)
        } else {
            return nil
        }
    }

    /// Safe to print: a variable's name, or a URL that was checked to hold no credentials.
    public var description: String {
        switch self {
        case .environment(let name): "$\(name)"
        case .url(let url): url
        }
    }

    static let relayExpected = "a public http(s) URL without user, password, query or key"
    static let expected =
        "the name of an environment variable, a ws(s):// or http(s):// URL without a key in it, or the path of a socket"

    /// A-Z, 0-9 and underscore, starting with a letter.
    static func isEnvironmentName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (65...90).contains(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 95 }
    }

    /// Whether `text` is a URL of one of `schemes` with a host, and with nothing that could be a secret:
    /// no user part, no query, no fragment, no path segment of 20 or more letters and digits that mixes both.
    static func isPlainURL(_ text: String, schemes: [String]) -> Bool {
        guard let split = text.firstRange(of: "://"), schemes.contains(String(text[..<split.lowerBound])) else {
            return false
        }
        let rest = text[split.upperBound...]
        guard rest.utf8.allSatisfy({ (33...126).contains($0) }),
            !rest.contains(where: { "@?#\"<>\\^`{|}".contains($0) })
        else { return false }
        let segments = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let host = segments.first, !host.isEmpty, host.first != ":" else { return false }
        return !segments.dropFirst().contains(where: looksLikeKey)
    }

    private static func looksLikeKey(_ segment: Substring) -> Bool {
        segment.utf8.count >= 20 && segment.contains(where: \.isNumber) && segment.contains(where: \.isLetter)
    }

    /// The part of a refused URL that may be printed: scheme and host.
    static func withoutSecrets(_ text: String) -> String {
        guard let split = text.firstRange(of: "://") else {
            return String(text.prefix(12)) + (text.count > 12 ? "…" : "")
        }
        let rest = text[split.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.split(separator: "@").last ?? ""
        return text[..<split.upperBound] + host.prefix(80)
            + (authority.count < rest.count || host.count < authority.count ? "/…" : "")
    }
}
