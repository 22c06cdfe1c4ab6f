import EVM
import EVMCodec
import EVMCrypto
import EVMTypes

/// The pool as geth shows it. Private transactions are never shown.
enum PoolMethods {
    static let table: [String: Method] = [
        "txpool_content": { chain, _ throws(DevnetError) in
            let sides = try chain.poolSides()
            return .object([
                "pending": senders(sides.pending) { .object(Rendering.transaction($0)) },
                "queued": senders(sides.queued) { .object(Rendering.transaction($0)) },
            ])
        },
        "txpool_contentFrom": { chain, params throws(DevnetError) in
            let address = try params.address(0)
            let sides = try chain.poolSides(only: address)
            return .object([
                "pending": nonces(sides.pending[address] ?? []) { .object(Rendering.transaction($0)) },
                "queued": nonces(sides.queued[address] ?? []) { .object(Rendering.transaction($0)) },
            ])
        },
        "txpool_inspect": { chain, _ throws(DevnetError) in
            let sides = try chain.poolSides()
            return .object(["pending": senders(sides.pending, line), "queued": senders(sides.queued, line)])
        },
        "txpool_status": { chain, _ throws(DevnetError) in
            let sides = try chain.poolSides()
            return .object([
                "pending": .quantity(UInt64(sides.pending.values.reduce(0) { $0 + $1.count })),
                "queued": .quantity(UInt64(sides.queued.values.reduce(0) { $0 + $1.count })),
            ])
        },
    ]

    private static func senders(
        _ side: [Address: [PooledTransaction]], _ body: (PooledTransaction) -> JSON
    ) -> JSON {
        var object = JSONObject()
        for sender in side.keys.sorted() {
            if let queue = side[sender] { object[sender.checksummed] = nonces(queue, body) }
        }
        return .object(object)
    }

    private static func nonces(_ queue: [PooledTransaction], _ body: (PooledTransaction) -> JSON) -> JSON {
        var object = JSONObject()
        for held in queue { object[String(held.transaction.nonce)] = body(held) }
        return .object(object)
    }

    private static func line(_ held: PooledTransaction) -> JSON {
        let transaction = held.transaction
        let to = transaction.to?.checksummed ?? "contract creation"
        return .string(
            "\(to): \(transaction.value) wei + \(transaction.gasLimit) gas × \(transaction.feeCap) wei")
    }
}

extension DevnetChain {
    /// What can be executed and what waits for a nonce before it.
    func poolSides(only: Address? = nil) throws(DevnetError) -> (
        pending: [Address: [PooledTransaction]], queued: [Address: [PooledTransaction]]
    ) {
        var pending: [Address: [PooledTransaction]] = [:], queued: [Address: [PooledTransaction]] = [:]
        for (sender, queue) in pool.senders where only == nil || only == sender {
            var next = try headAccount(sender)?.nonce ?? 0
            for held in queue.values.sorted(by: { $0.transaction.nonce < $1.transaction.nonce }) {
                let isNext = held.transaction.nonce == next
                if isNext { next += 1 }
                if held.privateUntil != nil { continue }
                if isNext {
                    pending[sender, default: []].append(held)
                } else {
                    queued[sender, default: []].append(held)
                }
            }
        }
        return (pending, queued)
    }
}
