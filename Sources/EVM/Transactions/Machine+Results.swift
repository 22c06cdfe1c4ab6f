public import EVMCodec
internal import EVMTypes

// What the last run left, by value. Each allocates its answer.
extension Machine {
    /// The last run's return or revert data; the deployed code for a creation.
    public var output: [UInt8] {
        outputCount == 0 ? [] : Array(UnsafeBufferPointer(start: memory.base + outputBase, count: outputCount))
    }

    /// The logs of a run on the overlay that is in place, in order.
    public func logs(of outcome: Outcome) -> [ReceiptLog] { outcome.logs.map { log($0) } }

    /// The logs of every run on the overlay that is in place, in order.
    public var allLogs: [ReceiptLog] { (0..<overlay.logs.count).map { log($0) } }

    private func log(_ index: Int) -> ReceiptLog {
        let record = overlay.logs[index]
        let topics = [record.topics.0, record.topics.1, record.topics.2, record.topics.3]
        let data = UnsafeBufferPointer(start: overlay.logData.base + record.dataStart, count: record.dataCount)
        return ReceiptLog(
            address: record.address, topics: topics.prefix(Int(record.topicCount)).map { Hash32($0) }, data: Array(data)
        )
    }
}
