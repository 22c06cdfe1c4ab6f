public import EVMTypes

/// One endpoint and the limits we keep towards it.
public struct EndpointConfig: Sendable, Hashable {
    /// The name by which messages call it; defaults to the URL's printable form.
    public var name: String
    /// Where it is.
    public var url: EndpointURL
    /// Extra headers of every HTTP request and of the WebSocket handshake (for example an `Authorization`).
    /// Never printed.
    public var headers: Redacted<[HTTPHeader]>
    /// Longest wait for one answer.
    public var timeout: Duration
    /// Longest wait for a connection.
    public var connectTimeout: Duration
    /// Longest answer or message that is accepted, in bytes.
    public var responseBytesMax: Int
    /// Most requests in one batch (geth's default limit is 1000).
    public var batchItemsMax: Int
    /// Most request bytes in one batch (geth accepts 5 MiB).
    public var batchBytesMax: Int
    /// Requests a second that we may send; nil = no budget.
    public var requestsPerSecond: Double?
    /// Requests that may be sent at once when the budget is rested.
    public var burst: Double
    /// PEM file of the certificate authorities to trust instead of the system's; nil = the system's.
    public var tlsRootsFile: String?

    public init(
        _ url: EndpointURL, name: String? = nil, headers: [HTTPHeader] = [], timeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5), responseBytesMax: Int = 64 << 20, batchItemsMax: Int = 100,
        batchBytesMax: Int = 1 << 20,
        requestsPerSecond: Double? = nil, burst: Double = 20, tlsRootsFile: String? = nil
    ) {
        self.url = url
        self.name = name ?? url.description
        self.headers = Redacted(headers)
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.responseBytesMax = max(1024, responseBytesMax)
        self.batchItemsMax = max(1, batchItemsMax)
        self.batchBytesMax = max(1024, batchBytesMax)
        self.requestsPerSecond = requestsPerSecond
        self.burst = max(1, burst)
        self.tlsRootsFile = tlsRootsFile
    }
}

/// One header of an HTTP request.
public struct HTTPHeader: Hashable, Sendable {
    /// Field name.
    public var name: String
    /// Field value.
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether name and value hold no control character, so that neither can start another header.
    var isSafe: Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
