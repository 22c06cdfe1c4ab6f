import Foundation

/// The requests that wait and the threads that take them. Threads start one by one while work waits and end on `close`.
final class HTTPWorkQueue: @unchecked Sendable {
    // Every stored var is touched only between `condition.lock()` and `unlock()`.
    private let condition = NSCondition()
    private var waiting: [HTTPJob] = []
    private var next = 0
    private var threads = 0
    private var idle = 0
    private var isClosed = false
    private let workersMax: Int
    private let queueMax: Int

    init(workersMax: Int, queueMax: Int) {
        self.workersMax = workersMax
        self.queueMax = queueMax
    }

    /// Appends a job; false when the queue is full or closed.
    func add(_ job: HTTPJob) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed, waiting.count - next < queueMax else { return false }
        waiting.append(job)
        // `idle` still counts a worker that was signalled and has not woken, so it is compared with all that waits.
        if idle < waiting.count - next, threads < workersMax {
            threads += 1
            let thread = Thread { [self] in work() }
            thread.name = "martlet-http"
            thread.stackSize = 512 << 10
            thread.start()
        }
        condition.signal()
        return true
    }

    func refusal(of request: HTTPRequest) -> NodeError {
        condition.lock()
        defer { condition.unlock() }
        return isClosed
            ? NodeError(.closed, "the HTTP client was closed", endpoint: request.url.description)
            : NodeError(.overloaded, "\(queueMax) requests wait already", endpoint: request.url.description)
    }

    func close() {
        condition.lock()
        isClosed = true
        let left = Array(waiting[next...])
        waiting = []
        next = 0
        condition.broadcast()
        condition.unlock()
        for job in left {
            job.finish(
                .failure(NodeError(.closed, "the HTTP client was closed", endpoint: job.request.url.description)))
        }
    }

    private func take() -> HTTPJob? {
        condition.lock()
        defer { condition.unlock() }
        idle += 1
        defer { idle -= 1 }
        while next == waiting.count {
            if isClosed { return nil }
            condition.wait()
        }
        let job = waiting[next]
        next += 1
        if next == waiting.count || next > 256 {
            waiting.removeFirst(next)
            next = 0
        }
        return job
    }

    private func work() {
        guard let handle = CurlHandle() else {
            while let job = take() {
                job.finish(
                    .failure(NodeError(.configuration, "libcurl gave no handle", endpoint: job.request.url.description))
                )
            }
            return
        }
        while let job = take() {
            guard !job.isCancelled else { continue }
            guard job.deadline > .now else {
                job.finish(
                    .failure(NodeError(.timeout, "no worker was free in time", endpoint: job.request.url.description)))
                continue
            }
            job.finish(handle.perform(job))
        }
    }
}
