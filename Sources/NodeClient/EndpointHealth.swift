import Foundation

/// How well one endpoint has answered lately, and how many blocks of logs it gives at once. Pure:
/// time comes in as an argument.
public struct EndpointHealth: Sendable, Hashable {
    /// 1 = every recent request was answered, 0 = none, as of the last request;
    /// an exponential average over about eight requests.
    public private(set) var score = 1.0
    private var lastFailure: ContinuousClock.Instant?
    /// Failures since the last success.
    public private(set) var consecutiveFailures = 0
    /// Not to be asked before this time.
    public private(set) var coolUntil: ContinuousClock.Instant?
    /// Requests that were answered, with a result or an error object.
    public private(set) var answered: UInt64 = 0
    /// Requests that failed.
    public private(set) var failed: UInt64 = 0
    /// Of the failures, those for their rate.
    public private(set) var rateLimited: UInt64 = 0
    /// The last failure.
    public private(set) var lastError: NodeError?
    /// The newest head that this endpoint has reported.
    public internal(set) var head: UInt64 = 0
    /// How many blocks of logs to ask for.
    public internal(set) var logSpan = LogSpan()
    /// The chain check's outcome.
    public internal(set) var chain = ChainCheck.unknown
    var bucket: TokenBucket?

    /// Whether the endpoint serves our chain.
    public enum ChainCheck: Sendable, Hashable {
        case unknown, right
        case wrong(NodeError)
    }

    /// The score now: what failures took away comes back by half every 30 s,
    /// so that a preferred endpoint is tried again.
    public func score(at now: ContinuousClock.Instant) -> Double {
        guard let lastFailure, now > lastFailure else { return score }
        return 1 - (1 - score) * exp2(-lastFailure.duration(to: now).inSeconds / Self.recoveryHalfLife.inSeconds)
    }

    static let recoveryHalfLife = Duration.seconds(30)
    static let firstCoolDown = Duration.milliseconds(250)
    static let coolDownMax = Duration.seconds(30)
    static let rateCoolDown = Duration.seconds(1)
    static let retryAfterMax = Duration.seconds(600)

    /// The peer answered: with a result, or with an error object that speaks for its health.
    mutating func noteAnswer() {
        answered += 1
        score += (1 - score) / 8
        consecutiveFailures = 0
        coolUntil = nil
    }

    /// The request failed in a way that speaks against the endpoint: it rests for a while, longer each time,
    /// or as long as it asked.
    mutating func noteFailure(_ error: NodeError, now: ContinuousClock.Instant) {
        failed += 1
        score = score(at: now) * 7 / 8
        lastFailure = now
        lastError = error
        let doublings = min(consecutiveFailures, 10)
        consecutiveFailures += 1
        var rest = min(Self.coolDownMax, Self.firstCoolDown * (1 << doublings))
        if error.code == .rateLimited {
            rateLimited += 1
            rest = min(
                error.retryAfter ?? min(Self.coolDownMax, Self.rateCoolDown * (1 << doublings)), Self.retryAfterMax)
        } else if let wait = error.retryAfter {
            rest = min(wait, Self.retryAfterMax)
        }
        coolUntil = max(coolUntil ?? now, now + rest)
    }

    /// Whether an error says something about the endpoint rather than about the request.
    static func speaksAgainst(_ error: NodeError) -> Bool {
        switch error.code {
        case .rateLimited, .httpStatus, .timeout, .notConnected, .connectFailed, .connectionLost, .malformedResponse:
            true
        case .rpc(let kind): kind == .internalError || kind == .timeout
        default: false
        }
    }
}

/// The number of blocks to ask logs for: halves on refusal, keeps the last good span,
/// grows by a quarter after eight good full ones.
public struct LogSpan: Sendable, Hashable {
    /// Blocks in the next request, at least 1.
    public private(set) var blocks: UInt64
    private var good = 0
    private let ceiling: UInt64

    /// - Parameters:
    ///   - start: the first span to try.
    ///   - ceiling: never ask for more.
    public init(start: UInt64 = 2_000, ceiling: UInt64 = 100_000) {
        self.ceiling = max(1, ceiling)
        blocks = min(max(1, start), self.ceiling)
    }

    /// A request over `asked` blocks was answered.
    public mutating func succeeded(_ asked: UInt64) {
        guard asked >= blocks else { return }
        good += 1
        guard good >= 8 else { return }
        good = 0
        blocks = min(ceiling, blocks + max(1, blocks / 4))
    }

    /// A request over `asked` blocks was refused for its size: the next one asks for half of it.
    public mutating func refused(_ asked: UInt64) {
        good = 0
        blocks = max(1, min(blocks, asked) / 2)
    }
}
