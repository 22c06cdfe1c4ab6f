internal import EVMCodec

/// The requests of one connection that wait for answers: single calls and batches, matched by id in any order.
struct OutstandingCalls<Waiter: Sendable>: Sendable {
    typealias Answers = [Result<JSON, RPCErrorObject>?]

    private struct Group: Sendable {
        var answers: Answers
        var missing: Int
        var waiter: Waiter
    }
    /// By the first id of the message; ids of a message are consecutive.
    private var groups: [UInt64: Group] = [:]
    private var firstOf: [UInt64: UInt64] = [:]

    /// How many requests wait.
    var count: Int { firstOf.count }

    /// Registers the requests `first ..< first + count` of one message.
    mutating func open(first: UInt64, count: Int, waiter: Waiter) {
        groups[first] = Group(answers: Array(repeating: nil, count: count), missing: count, waiter: waiter)
        for id in first..<first + UInt64(count) { firstOf[id] = first }
    }

    /// Takes one message's answers. Returns what is complete: a batch is complete when its array arrived, even if
    /// answers are missing in it. Unknown and repeated ids are ignored;
    /// an error under a null id settles the only group there is.
    mutating func resolve(_ responses: [RPCResponse], isArray: Bool) -> [(waiter: Waiter, answers: Answers)] {
        var touched: [UInt64] = []
        for response in responses {
            guard let id = response.id else {
                guard case .failure = response.result, groups.count == 1, let (first, group) = groups.first else {
                    continue
                }
                groups[first]?.answers = group.answers.map { $0 ?? response.result }
                groups[first]?.missing = 0
                touched.append(first)
                continue
            }
            guard let first = firstOf[id], var group = groups[first] else { continue }
            let position = Int(id - first)
            guard group.answers[position] == nil else { continue }
            group.answers[position] = response.result
            group.missing -= 1
            groups[first] = group
            touched.append(first)
        }
        var complete: [(waiter: Waiter, answers: Answers)] = []
        for first in touched {
            guard let group = groups[first], group.missing == 0 || isArray else { continue }
            drop(first, group)
            complete.append((group.waiter, group.answers))
        }
        return complete
    }

    /// Gives up one message; nil when it is settled already.
    mutating func remove(first: UInt64) -> Waiter? {
        guard let group = groups[first] else { return nil }
        drop(first, group)
        return group.waiter
    }

    /// Gives up everything.
    mutating func removeAll() -> [Waiter] {
        defer {
            groups = [:]
            firstOf = [:]
        }
        return groups.values.map(\.waiter)
    }

    private mutating func drop(_ first: UInt64, _ group: Group) {
        groups[first] = nil
        for id in first..<first + UInt64(group.answers.count) { firstOf[id] = nil }
    }
}
