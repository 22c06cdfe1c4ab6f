internal import Synchronization

/// One HTTP exchange to be made.
public struct HTTPRequest: Sendable {
    /// The verbs in use.
    public enum Method: String, Sendable { case get = "GET", post = "POST" }
    /// The verb.
    public var method: Method
    /// Where to; must be `http` or `https`.
    public var url: EndpointURL
    /// Sent exactly as given; empty for `get`.
    public var body: [UInt8]
    /// Sent beside `Content-Type: application/json`, `Accept` and `User-Agent`.
    public var headers: [HTTPHeader]
    /// From the call to the whole answer, waiting for a worker included.
    public var timeout: Duration
    /// From the start to the established connection.
    public var connectTimeout: Duration
    /// Longest body, in bytes after decompression.
    public var responseBytesMax: Int
    /// PEM file of trusted authorities instead of the system's.
    public var tlsRootsFile: String?
    /// PEM files of the client's certificate and key, for peers that ask for one.
    public var clientCertificate: ClientCertificate?

    public init(
        _ method: Method, _ url: EndpointURL, body: [UInt8] = [], headers: [HTTPHeader] = [],
        timeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5), responseBytesMax: Int = 64 << 20, tlsRootsFile: String? = nil,
        clientCertificate: ClientCertificate? = nil
    ) {
        self.method = method
        self.url = url
        self.body = body
        self.headers = headers
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.responseBytesMax = responseBytesMax
        self.tlsRootsFile = tlsRootsFile
        self.clientCertificate = clientCertificate
    }
}

/// Who we are to a TLS peer: two PEM files, the key without a password and of mode 0600.
public struct ClientCertificate: Sendable, Hashable {
    /// The certificate, with its intermediates behind it.
    public var certificateFile: String
    /// The private key.
    public var keyFile: String

    public init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}

/// What came back.
public struct HTTPResponse: Sendable, Hashable {
    /// The status, 100...599.
    public var status: Int
    /// The body, decompressed.
    public var body: [UInt8]
    /// `Retry-After`, in seconds or as a date, when there was one.
    public var retryAfter: Duration?
}

/// HTTP and HTTPS by libcurl on a few threads of its own, each with one handle whose connections are reused.
///
/// HTTP/2 where TLS offers it, gzip, proxies from the environment (`https_proxy`, `no_proxy`), no redirects at all.
/// Threads start when needed and end with the client. A cancelled request returns at once;
/// its transfer ends within a second.
public final class HTTPClient: Sendable {
    private let queue: HTTPWorkQueue

    /// - Parameters:
    ///   - workers: most requests under way at once.
    ///   - queueMax: most requests that wait; beyond it `send` throws `.overloaded`.
    public init(workers: Int = 4, queueMax: Int = 1024) {
        queue = HTTPWorkQueue(workersMax: max(1, workers), queueMax: max(1, queueMax))
    }

    deinit { queue.close() }

    /// Makes one exchange. Any status is an answer; only failures of transport, bounds and settings throw.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        if let fault = Self.fault(of: request) { throw fault }
        let job = HTTPJob(request)
        let result: Result<HTTPResponse, NodeError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                job.await(continuation)
                if Task.isCancelled {
                    job.cancel()
                } else if !queue.add(job) {
                    job.finish(.failure(queue.refusal(of: request)))
                }
            }
        } onCancel: {
            job.cancel()
        }
        return try result.get()
    }

    /// Ends the threads; requests that wait fail with `.closed`.
    public func close() { queue.close() }

    private static func fault(of request: HTTPRequest) -> NodeError? {
        let label = request.url.description
        guard request.url.scheme == .http || request.url.scheme == .https else {
            return NodeError(.configuration, "this URL is not for HTTP requests", endpoint: label)
        }
        guard request.headers.allSatisfy(\.isSafe) else {
            return NodeError(.configuration, "a header holds a control character", endpoint: label)
        }
        return nil
    }
}

/// One request on its way through the queue. It is finished exactly once; later results are ignored.
final class HTTPJob: Sendable {
    let request: HTTPRequest
    let deadline: ContinuousClock.Instant
    private let cancelled = Atomic<Bool>(false)
    private let waiter = Mutex<CheckedContinuation<Result<HTTPResponse, NodeError>, Never>?>(nil)

    init(_ request: HTTPRequest) {
        self.request = request
        deadline = .now + request.timeout
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func await(_ continuation: CheckedContinuation<Result<HTTPResponse, NodeError>, Never>) {
        waiter.withLock { $0 = continuation }
    }

    func finish(_ result: Result<HTTPResponse, NodeError>) {
        let continuation = waiter.withLock { waiter in
            defer { waiter = nil }
            return waiter
        }
        continuation?.resume(returning: result)
    }

    func cancel() {
        cancelled.store(true, ordering: .relaxed)
        finish(
            .failure(
                NodeError(
                    .cancelled, "the request was cancelled", endpoint: request.url.description, delivery: .unknown)))
    }
}
