import Glibc

/// Standard error as a log destination.
enum StandardError {
    /// Writes the whole line. Gives up on a closed or broken descriptor: logging must never stop the node.
    static func write(_ line: String) {
        let bytes = Array(line.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            written += count
        }
    }
}
