import EVMCodec
import EVMTypes

/// Logs of the past and polling filters.
enum LogMethods {
    static let table: [String: Method] = [
        "eth_getLogs": { chain, params throws(DevnetError) in
            try params.expect(atMost: 1)
            return .array(try chain.logs(try params.required(0)))
        },
        "eth_newFilter": { chain, params throws(DevnetError) in
            let query = try params.required(0)
            return .string(try chain.observers.addPoll(.logs(try LogQuery.filter(query)), query: query))
        },
        "eth_newBlockFilter": { chain, _ throws(DevnetError) in .string(try chain.observers.addPoll(.heads)) },
        "eth_newPendingTransactionFilter": { chain, _ throws(DevnetError) in
            .string(try chain.observers.addPoll(.pendingHashes))
        },
        "eth_uninstallFilter": { chain, params throws(DevnetError) in
            .bool(chain.observers.removePoll(try params.string(0)))
        },
        "eth_getFilterChanges": { chain, params throws(DevnetError) in
            guard let waiting = chain.observers.takePolled(try params.string(0)) else {
                throw DevnetError("filter not found")
            }
            return .array(waiting)
        },
        "eth_getFilterLogs": { chain, params throws(DevnetError) in
            guard let poll = chain.observers.polls[try params.string(0)], case .logs = poll.kind else {
                throw DevnetError("filter not found")
            }
            return .array(try chain.logs(poll.query))
        },
    ]
}

/// The object of `eth_getLogs`. Source: geth `eth/filters/api.go`.
enum LogQuery {
    /// Most addresses, and alternatives of a topic.
    static let alternativesMax = 1_000

    static func filter(_ query: JSON) throws(DevnetError) -> LogFilter {
        guard let object = query.object else { throw .params("invalid argument 0: a filter object is expected") }
        var filter = LogFilter()
        if let value = object["address"], !value.isNull {
            let items = value.array ?? [value]
            guard items.count <= alternativesMax else {
                throw DevnetError("exceed max addresses or topics per search position")
            }
            for item in items {
                guard let address = item.address else { throw .params("invalid address in filter") }
                filter.addresses.insert(address)
            }
        }
        guard let topics = (object["topics"].flatMap { $0.isNull ? nil : $0 } ?? []).array else {
            throw .params("invalid topic(s)")
        }
        guard topics.count <= 4 else { throw DevnetError("exceed max topics") }
        for topic in topics { filter.topics.append(try alternatives(topic)) }
        return filter
    }

    private static func alternatives(_ topic: JSON) throws(DevnetError) -> Set<Hash32>? {
        if topic.isNull { return nil }
        let items = topic.array ?? [topic]
        guard items.count <= alternativesMax else {
            throw DevnetError("exceed max addresses or topics per search position")
        }
        // A null among alternatives, or none at all, lets every topic through.
        if items.isEmpty || items.contains(where: \.isNull) { return nil }
        var hashes: Set<Hash32> = []
        for item in items {
            guard let hash = item.hash32 else { throw .params("invalid topic(s)") }
            hashes.insert(hash)
        }
        return hashes
    }
}

extension DevnetChain {
    /// Most logs of one answer.
    private static let logsMax = 100_000

    /// The logs that a query asks for.
    func logs(_ query: JSON) throws(DevnetError) -> [JSON] {
        let filter = try LogQuery.filter(query)
        if let value = query["blockHash"], !value.isNull {
            guard query["fromBlock"] == nil, query["toBlock"] == nil else {
                throw .params("cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")
            }
            guard let hash = value.hash32 else { throw .params("invalid blockHash in filter") }
            guard let block = block(hash: hash) else { throw DevnetError("unknown block") }
            return Rendering.logs(block, filter)
        }
        let first = try bound(query["fromBlock"])
        let last = try bound(query["toBlock"])
        guard first <= last else { throw .params("invalid block range params") }
        guard last - first < config.logRangeMax else {
            throw DevnetError("query exceeds max block range \(config.logRangeMax)", code: -32_005)
        }
        guard first >= firstNumber else { throw DevnetError("pruned history unavailable", code: 4_444) }
        var found: [JSON] = []
        // `fromBlock` beyond the head finds nothing; `toBlock` beyond it means the head.
        var number = first
        while number <= min(last, head.number), let block = block(number) {
            found += Rendering.logs(block, filter)
            guard found.count <= Self.logsMax else {
                throw DevnetError("query returned more than \(Self.logsMax) results", code: -32_005)
            }
            number += 1
        }
        return found
    }

    private func bound(_ value: JSON?) throws(DevnetError) -> UInt64 {
        guard let value, !value.isNull else { return head.number }
        guard let reference = RPCParams.block(value) else { throw .params("invalid block range params") }
        if case .number(let number) = reference { return number }
        return try require(reference).number
    }
}
