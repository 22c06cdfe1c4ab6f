public import EVM
public import EVMCodec
public import EVMTypes

/// One call of a transaction with those it made, as geth's `callTracer` gives it.
public struct CallFrame: Hashable, Sendable {
    /// One log of a frame.
    public struct Log: Hashable, Sendable {
        /// Who emitted it.
        public var address: Address
        /// At most four.
        public var topics: [Hash32]
        /// The rest.
        public var data: [UInt8]
        /// Its place among the transaction's (or block's) logs that stood when it was emitted.
        public var index: Int
        /// How many calls the frame had made before.
        public var position: Int
    }

    /// CALL, DELEGATECALL, CREATE and so on.
    public var kind: TracedCall.Kind
    /// Who called.
    public var from: Address
    /// Nil for a creation that failed.
    public var to: Address?
    /// Nil for STATICCALL.
    public var value: U256?
    /// Gas it was given; of the transaction's own frame the gas limit.
    public var gas: UInt64
    /// Gas that the frame took, those in it included.
    public var gasUsed: UInt64 = 0
    /// Calldata, or init code.
    public var input: [UInt8]
    /// What it returned or reverted with; empty for other failures.
    public var output: [UInt8] = []
    /// How it ended; nil before it has.
    public var halt: Halt?
    /// geth's text for its failure; nil for success.
    public var error: String?
    /// Text of `Error(string)` or meaning of `Panic(uint256)`.
    public var revertReason: String?
    /// Frames inside it, in order.
    public var calls: [CallFrame] = []
    /// Its own; none of a frame that was taken back.
    public var logs: [Log] = []

    /// Whether its changes were taken back.
    public var isFailed: Bool { error != nil }

    /// geth's JSON, members in geth's order.
    public var json: JSON {
        var members: JSONObject = [
            "from": .address(from), "gas": .quantity(gas), "gasUsed": .quantity(gasUsed),
        ]
        if let to { members["to"] = .address(to) }
        members["input"] = .hex(input)
        if !output.isEmpty { members["output"] = .hex(output) }
        if let error { members["error"] = .string(error) }
        if let revertReason { members["revertReason"] = .string(revertReason) }
        if !calls.isEmpty { members["calls"] = .array(calls.map(\.json)) }
        if !logs.isEmpty { members["logs"] = .array(logs.map(\.json)) }
        if let value { members["value"] = .quantity(value) }
        members["type"] = .string(kind.rawValue)
        return .object(members)
    }

    /// Drops the logs of frames whose changes were taken back, with those of the frames inside.
    mutating func dropFailedLogs(_ parentFailed: Bool = false) {
        let failed = parentFailed || isFailed
        if failed { logs = [] }
        for index in calls.indices { calls[index].dropFailedLogs(failed) }
    }
}

extension CallFrame.Log {
    /// geth's JSON.
    public var json: JSON {
        [
            "address": .address(address), "topics": .array(topics.map { .hash($0) }), "data": .hex(data),
            "index": .quantity(UInt64(index)), "position": .quantity(UInt64(position)),
        ]
    }
}
