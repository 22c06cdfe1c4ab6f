import EVMCodec
import KeyVault
import Logging
import Synchronization

/// Whether signatures can be had just now, and why not: what the submitter asks first and the operator is shown.
///
/// A signer that cannot be asked pauses signing until it can be asked again (`probe`, once a second). One whose answer
/// was false pauses it until the operator resumes: waiting does not mend a lie. Any thread.
final class SigningWatch: Sendable {
    enum State: Sendable, Equatable {
        case on
        /// The key's home does not answer.
        case away(String)
        /// It answered something that is no signature of this key.
        case distrusted(String)
    }

    private struct Inner {
        var state = State.on
        var since = ContinuousClock.now
    }

    private let inner = Mutex(Inner())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    var state: State { inner.withLock { $0.state } }

    /// Whether the submitter may ask for a signature.
    var isOn: Bool { state == .on }

    /// Takes note of what became of a request. A refusal by the rules is an answer like any other.
    func note(_ outcome: SigningOutcome) {
        switch outcome {
        case .signed, .refused: break
        case .unavailable(let text): turn(.away(text))
        case .untrustworthy(let text): turn(.distrusted(text))
        }
    }

    /// Asks the signer whether it is there, without asking for a signature.
    func probe(_ signer: any Signer) async {
        let fault = await signer.unavailability()
        if case .distrusted = state { return }
        turn(fault.map { .away($0) } ?? .on)
    }

    /// The operator has looked and wants to go on.
    func trustAgain() { turn(.on) }

    private func turn(_ next: State) {
        let now = ContinuousClock.now
        let before = inner.withLock { inner -> (state: State, since: ContinuousClock.Instant)? in
            // A new text for the same trouble is no news.
            switch (inner.state, next) {
            case (.on, .on), (.distrusted, .away), (.distrusted, .distrusted): return nil
            case (.away, .away):
                inner.state = next
                return nil
            default: break
            }
            defer { (inner.state, inner.since) = (next, now) }
            return (inner.state, inner.since)
        }
        guard let before else { return }
        switch next {
        case .on:
            logger.notice("signing resumed", metadata: ["after_seconds": "\((now - before.since).components.seconds)"])
        case .away(let reason): logger.warning("signing paused: the signer is away", metadata: ["reason": "\(reason)"])
        case .distrusted(let reason):
            logger.error(
                "signing paused: the signer's answer is false; look at it, then `martlet admin node_resume`",
                metadata: ["reason": "\(reason)"])
        }
    }

    /// For `node_status`: state, reason and for how long.
    var report: JSON {
        let (state, since) = inner.withLock { ($0.state, $0.since) }
        let (name, reason): (String, String?) =
            switch state {
            case .on: ("on", nil)
            case .away(let reason): ("away", reason)
            case .distrusted(let reason): ("distrusted", reason)
            }
        return [
            "state": .string(name), "reason": reason.map { .string($0) } ?? .null,
            "seconds": .integer(UInt64(max(0, (ContinuousClock.now - since).components.seconds))),
        ]
    }

    /// For `/health`: nil when all is well.
    var fault: String? {
        let (state, since) = inner.withLock { ($0.state, $0.since) }
        let seconds = (ContinuousClock.now - since).components.seconds
        return switch state {
        case .on: nil
        case .away(let reason): "paused for \(seconds) s, goes on by itself: \(reason)"
        case .distrusted(let reason): "paused for \(seconds) s until the operator resumes: \(reason)"
        }
    }
}
