import EVMCodec

/// Faults that a test wants, and what was asked of the node.
struct Faults {
    var latencyMs = 0
    /// Shares of 1.
    var errorRate = 0.0
    var http429Rate = 0.0
    /// How often each method was asked for; at most 1,000 names.
    private(set) var calls: [String: Int] = [:]
    private var random: UInt64 = 0x9e37_79b9_7f4a_7c15

    mutating func count(_ method: String) {
        if calls[method] != nil || calls.count < 1_000 { calls[method, default: 0] += 1 }
    }

    /// True with this share, by a fixed sequence (xorshift64).
    mutating func strikes(_ rate: Double) -> Bool {
        guard rate > 0 else { return false }
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return Double(random >> 11) / Double(1 << 53) < rate
    }

    var json: JSON {
        .object([
            "latencyMs": .integer(latencyMs), "errorRate": .number("\(errorRate)"),
            "http429Rate": .number("\(http429Rate)"),
        ])
    }
}

/// The controls of ../shared/realchain for tests of clients.
enum HarnessMethods {
    static let table: [String: Method] = [
        "harness_fault": { chain, params throws(DevnetError) in
            let object = (params[0] ?? [:]).object ?? [:]
            if let value = object["latencyMs"] {
                guard let number = value.int, (0...60_000).contains(number) else {
                    throw .params("latencyMs is 0 to 60000")
                }
                chain.faults.latencyMs = number
            }
            for (name, path) in [("errorRate", \Faults.errorRate), ("http429Rate", \Faults.http429Rate)] {
                guard let value = object[name] else { continue }
                guard let rate = value.double, rate >= 0, rate <= 1 else { throw .params("\(name) is 0 to 1") }
                chain.faults[keyPath: path] = rate
            }
            return chain.faults.json
        },
        "harness_dropWebSockets": { chain, _ throws(DevnetError) in
            let sinks = Array(chain.observers.sinks.values)
            for sink in sinks { sink.cut() }
            return .integer(sinks.count)
        },
        "harness_calls": { chain, _ throws(DevnetError) in
            var object = JSONObject()
            for (name, count) in chain.faults.calls.sorted(by: { $0.key < $1.key }) { object[name] = .integer(count) }
            return .object(object)
        },
        "harness_bundles": { chain, _ throws(DevnetError) in
            .array(
                chain.relay.bundles.map { bundle in
                    .object([
                        "bundleHash": .hash(bundle.hash), "block": .integer(bundle.firstBlock),
                        "txs": .integer(bundle.transactions.count), "outcome": .string(bundle.outcome),
                    ])
                })
        },
    ]
}
