import Glibc

/// Calls the admin API over its Unix socket: one message, one answer. Blocks; for the command line and tests.
public enum AdminSocketClient {
    /// Longest answer read, in bytes.
    public static let answerBytesMax = 64 << 20

    /// Sends `message` (one JSON value) and gives the first JSON value that comes back.
    ///
    /// `timeoutSeconds` bounds each read and write. Throws `.peer` when nobody answers, the answer is cut, late or no
    /// JSON; `.pathTooLong`.
    public static func call(_ message: [UInt8], socket path: String, timeoutSeconds: Int = 30) throws(AdminError)
        -> [UInt8]
    {
        let descriptor = try UnixSocket.connect(path: path, seconds: timeoutSeconds)
        defer { close(descriptor) }
        var sent = 0
        while sent < message.count {
            let count = message.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw AdminError(.peer, "\(path): the call cannot be sent: \(SecretFile.lastError())")
            }
            sent += count
        }
        var splitter = JSONStreamSplitter(valueBytesMax: answerBytesMax)
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let late = errno == EAGAIN || errno == EWOULDBLOCK
                let reason = late ? "no answer within \(timeoutSeconds) s" : SecretFile.lastError()
                throw AdminError(.peer, "\(path): \(reason)")
            }
            guard count > 0 else {
                throw AdminError(.peer, "\(path): the node closed the connection without an answer")
            }
            do { try splitter.append(chunk[0..<count]) } catch {
                throw AdminError(.peer, "\(path): the answer is no JSON-RPC")
            }
            if let answer = splitter.next() { return answer }
        }
    }
}
