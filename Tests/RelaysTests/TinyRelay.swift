import Foundation
import Synchronization

/// A blocking HTTP server on loopback for one test: answers each request by `answer`, one connection a request.
final class TinyRelay: Sendable {
    struct Request: Sendable {
        var headers: [String: String]
        var body: [UInt8]
    }
    private let listener: Int32
    let port: UInt16
    private let seen = Mutex<[Request]>([])
    var requests: [Request] { seen.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)" }

    /// - Parameter answer: status and body, or nil to close without an answer.
    init?(_ answer: @escaping @Sendable (Request) -> (Int, String)?) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = listener
        let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(fd, address, length) == 0 && listen(fd, 16) == 0 && getsockname(fd, address, &length) == 0
            }
        }
        guard isOpen else { return nil }
        port = UInt16(bigEndian: address.sin_port)
        let thread = Thread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                serve(client, answer)
                close(client)
            }
        }
        thread.start()
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ client: Int32, _ answer: (Request) -> (Int, String)?) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let request = Self.parse(bytes) {
                seen.withLock { $0.append(request) }
                guard let (status, body) = answer(request) else { return }
                let text =
                    "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
                let out = Array(text.utf8)
                _ = send(client, out, out.count, Int32(MSG_NOSIGNAL))
                return
            }
            let count = recv(client, &chunk, chunk.count, 0)
            if count <= 0 { return }
            bytes += chunk[..<count]
        }
    }

    private static func parse(_ bytes: [UInt8]) -> Request? {
        guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { return nil }
        var headers: [String: String] = [:]
        for line in String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            .dropFirst()
        {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1] }
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard bytes.count >= end.upperBound + length else { return nil }
        return Request(headers: headers, body: Array(bytes[end.upperBound..<end.upperBound + length]))
    }
}
