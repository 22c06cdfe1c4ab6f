internal import CCurl
import EVMTypes

/// One libcurl easy handle with its connections. Used by one thread; freed on deinit.
struct CurlHandle: ~Copyable {
    private let raw: UnsafeMutableRawPointer

    /// libcurl's process-wide state, set up once whoever comes first.
    private static let isStarted: Bool = martlet_curl_start() == CURLE_OK

    init?() {
        guard Self.isStarted, let handle = curl_easy_init() else { return nil }
        raw = handle
    }

    deinit { curl_easy_cleanup(raw) }

    /// Makes the exchange on this thread, within the job's deadline and bounds.
    func perform(_ job: HTTPJob) -> Result<HTTPResponse, NodeError> {
        let request = job.request
        let transfer = Transfer(job: job, bytesMax: request.responseBytesMax)
        curl_easy_reset(raw)  // keeps connections, DNS and TLS sessions
        guard let list = headerList(request) else {
            return .failure(error(.configuration, "out of memory", request, .notSent))
        }
        defer { curl_slist_free_all(list) }
        set(request, timeout: ContinuousClock.now.duration(to: job.deadline))
        _ = martlet_curl_set_pointer(raw, CURLOPT_HTTPHEADER, list)
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        _ = martlet_curl_set_pointer(raw, CURLOPT_WRITEDATA, context)
        _ = martlet_curl_set_write(raw, CURLOPT_WRITEFUNCTION, receive)
        _ = martlet_curl_set_pointer(raw, CURLOPT_XFERINFODATA, context)
        _ = martlet_curl_set_progress(raw, CURLOPT_XFERINFOFUNCTION, progress)
        _ = martlet_curl_set_long(raw, CURLOPT_NOPROGRESS, 0)
        let outcome = withExtendedLifetime(transfer) {
            request.body.withUnsafeBytes { body in
                if request.method == .post {
                    _ = martlet_curl_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
                    // libcurl reads and never writes the body; a nil base (empty body) would make it read from stdin.
                    let base = body.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) }
                    if let base {
                        _ = martlet_curl_set_pointer(raw, CURLOPT_POSTFIELDS, base)
                    } else {
                        _ = martlet_curl_set_string(raw, CURLOPT_COPYPOSTFIELDS, "")
                    }
                }
                return curl_easy_perform(raw)
            }
        }
        return result(of: outcome, transfer)
    }

    private func headerList(_ request: HTTPRequest) -> UnsafeMutablePointer<curl_slist>? {
        var lines = ["Accept: application/json", "User-Agent: martlet", "Expect:"]
        if request.method == .post { lines.append("Content-Type: application/json") }
        lines += request.headers.map { "\($0.name): \($0.value)" }
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return nil
            }
            list = longer
        }
        return list
    }

    private func set(_ request: HTTPRequest, timeout: Duration) {
        _ = martlet_curl_set_string(raw, CURLOPT_URL, request.url.full.value)
        _ = martlet_curl_set_long(raw, request.method == .post ? CURLOPT_POST : CURLOPT_HTTPGET, 1)
        _ = martlet_curl_set_long(raw, CURLOPT_NOSIGNAL, 1)
        _ = martlet_curl_set_long(raw, CURLOPT_FOLLOWLOCATION, 0)
        _ = martlet_curl_set_string(raw, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = martlet_curl_set_string(raw, CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
        _ = martlet_curl_set_long(raw, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        _ = martlet_curl_set_long(raw, CURLOPT_TIMEOUT_MS, Int(timeout.milliseconds))
        _ = martlet_curl_set_long(
            raw, CURLOPT_CONNECTTIMEOUT_MS, Int(min(timeout, request.connectTimeout).milliseconds))
        _ = martlet_curl_set_long(raw, CURLOPT_TCP_KEEPALIVE, 1)
        _ = martlet_curl_set_long(raw, CURLOPT_TCP_NODELAY, 1)
        if let file = request.tlsRootsFile { _ = martlet_curl_set_string(raw, CURLOPT_CAINFO, file) }
        if let files = request.clientCertificate {
            _ = martlet_curl_set_string(raw, CURLOPT_SSLCERT, files.certificateFile)
            _ = martlet_curl_set_string(raw, CURLOPT_SSLKEY, files.keyFile)
        }
    }

    private func result(of outcome: CURLcode, _ transfer: Transfer) -> Result<HTTPResponse, NodeError> {
        let request = transfer.job.request
        if outcome == CURLE_OK {
            var status = 0
            var retryAfter: curl_off_t = 0
            _ = martlet_curl_get_long(raw, CURLINFO_RESPONSE_CODE, &status)
            _ = martlet_curl_get_size(raw, CURLINFO_RETRY_AFTER, &retryAfter)
            return .success(
                HTTPResponse(
                    status: status, body: transfer.body, retryAfter: retryAfter > 0 ? .seconds(Int64(retryAfter)) : nil)
            )
        }
        if transfer.isOverflowed {
            return .failure(
                error(
                    .responseTooLarge, "the answer is longer than \(request.responseBytesMax) bytes", request, .answered
                ))
        }
        // Only libcurl's fixed text: its error buffer may quote the URL.
        let text = String(cString: curl_easy_strerror(outcome))
        var wasSent: curl_off_t = 0
        _ = martlet_curl_get_size(raw, CURLINFO_PRETRANSFER_TIME_T, &wasSent)
        let delivery: NodeError.Delivery = wasSent > 0 ? .unknown : .notSent
        switch outcome {
        case CURLE_ABORTED_BY_CALLBACK:
            return .failure(error(.cancelled, "the request was cancelled", request, delivery))
        case CURLE_OPERATION_TIMEDOUT:
            return .failure(
                error(wasSent > 0 ? .timeout : .connectFailed, "no answer in time (\(text))", request, delivery))
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM:
            return .failure(error(.connectFailed, text, request, .notSent))
        case CURLE_SSL_CACERT_BADFILE, CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            return .failure(error(.configuration, text, request, .notSent))
        case CURLE_BAD_CONTENT_ENCODING, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return .failure(error(.malformedResponse, text, request, .answered))
        default: return .failure(error(.connectionLost, text, request, delivery))
        }
    }

    private func error(
        _ code: NodeError.Code, _ text: String, _ request: HTTPRequest, _ delivery: NodeError.Delivery
    ) -> NodeError {
        NodeError(code, text, endpoint: request.url.description, delivery: delivery)
    }
}

/// What the callbacks of one transfer share. Lives on the worker's thread only.
private final class Transfer {
    let job: HTTPJob
    let bytesMax: Int
    var body: [UInt8] = []
    var isOverflowed = false

    init(job: HTTPJob, bytesMax: Int) {
        self.job = job
        self.bytesMax = bytesMax
    }
}

/// libcurl's write callback: appends, or returns 0 to abort when the bound is passed.
private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let length = size * count  // size is always 1
    guard transfer.body.count + length <= transfer.bytesMax else {
        transfer.isOverflowed = true
        return 0
    }
    transfer.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
    return length
}

/// libcurl's progress callback: 1 aborts a cancelled transfer.
private func progress(
    _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
    guard let context else { return 1 }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().job.isCancelled ? 1 : 0
}
