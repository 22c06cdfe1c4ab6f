internal import EVMCodec
internal import EVMTypes
internal import Synchronization

/// Turns hashes of pending transactions into bodies by `eth_getTransactionByHash`, in batches,
/// newest hashes first to survive.
///
/// One batch is under way at a time; hashes that come meanwhile wait in a bounded queue whose oldest are dropped and
/// counted.
final class PendingLookup: Sendable {
    private struct Hint: Sendable {
        var hash: Hash32
        var receivedAt: ContinuousClock.Instant
    }
    private let queue: BoundedQueue<Hint>
    private let batchMax: Int
    private let failed = Atomic<UInt64>(0)

    init(queueMax: Int, batchMax: Int) {
        queue = BoundedQueue(capacity: queueMax)
        self.batchMax = max(1, batchMax)
    }

    /// Hashes dropped by the full queue or by failed look-ups.
    var dropped: UInt64 { queue.dropped + failed.load(ordering: .relaxed) }

    func add(_ hash: Hash32, receivedAt: ContinuousClock.Instant) {
        queue.push(Hint(hash: hash, receivedAt: receivedAt))
    }

    func finish() { queue.finish() }

    /// Runs until `finish`. Transactions that are mined or unknown by then are left out silently:
    /// they are no longer pending.
    func run(over caller: some RPCCalling, into subscription: Subscription) async {
        while let first = await queue.next() {
            let hints = [first] + queue.drain(max: batchMax - 1)
            let requests = hints.map { RPCRequest("eth_getTransactionByHash", [.hash($0.hash)]) }
            do {
                let answers = try await caller.batch(requests)
                for (hint, answer) in zip(hints, answers) { settle(hint, answer, subscription) }
            } catch {
                failed.add(UInt64(hints.count), ordering: .relaxed)
            }
        }
    }

    private func settle(_ hint: Hint, _ answer: Result<JSON, NodeError>, _ subscription: Subscription) {
        guard case .success(let json) = answer else {
            failed.add(1, ordering: .relaxed)
            return
        }
        guard !json.isNull, json["blockNumber"]?.isNull ?? true else { return }
        do {
            let found = try PendingTransaction(json: json)
            guard found.hash == hint.hash else {
                subscription.queue.push(
                    SubscriptionEvent(.refused("the peer answered for another hash"), receivedAt: hint.receivedAt))
                return
            }
            subscription.queue.push(SubscriptionEvent(.pending(found), receivedAt: hint.receivedAt))
        } catch {
            subscription.queue.push(SubscriptionEvent(.refused(error.description), receivedAt: hint.receivedAt))
        }
    }
}
