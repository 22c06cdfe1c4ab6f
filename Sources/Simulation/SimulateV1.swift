public import EVM
public import EVMCodec
internal import EVMTypes

/// The payload of `eth_simulateV1`. Source: execution-apis `src/eth/execute.yaml`; geth `internal/ethapi/simulate.go`.
public struct SimulateV1Request: Sendable {
    /// One block of calls.
    public struct BlockCalls: Sendable {
        public var blockOverrides = BlockOverrides()
        /// Put over the state before this block.
        public var stateOverrides: [AccountOverride] = []
        /// In order, each on the state that the one before left.
        public var calls: [CallRequest] = []

        public init() {}
    }

    /// In order.
    public var blocks: [BlockCalls] = []
    /// Whether moves of the native coin appear as Transfer logs.
    public var traceTransfers = false
    /// Whether nonce, balance and base fee are held to.
    public var validation = false

    /// geth's bounds.
    public static let blocksMax = 256, callsMax = 10_000, callsPerBlockMax = 5_000

    public init() {}

    /// Reads the first parameter. `returnFullTransactions` is refused by name.
    public init(_ json: JSON) throws(SimulationError) {
        guard let list = json["blockStateCalls"]?.array, !list.isEmpty else { throw .invalid("empty input") }
        guard list.count <= Self.blocksMax else { throw SimulationError(-38026, "too many blocks") }
        if json["returnFullTransactions"]?.bool == true {
            throw .refused("returnFullTransactions is not supported")
        }
        traceTransfers = json["traceTransfers"]?.bool ?? false
        validation = json["validation"]?.bool ?? false
        var total = 0
        for element in list {
            var block = BlockCalls()
            block.blockOverrides = try BlockOverrides(element["blockOverrides"])
            block.stateOverrides = try StateOverrides.parse(element["stateOverrides"])
            let calls = element["calls"]?.array ?? []
            total += calls.count
            guard calls.count <= Self.callsPerBlockMax, total <= Self.callsMax else {
                throw SimulationError(-38026, "too many calls")
            }
            for call in calls { block.calls.append(try CallRequest(call)) }
            blocks.append(block)
        }
    }
}

/// One block that `eth_simulateV1` made.
public struct SimulatedBlock: Hashable, Sendable {
    /// One call of it.
    public struct Call: Hashable, Sendable {
        /// Gas, output, logs.
        public var outcome: CallOutcome
        /// With the Transfer logs of native coin, where those were asked for.
        public var logs: [ReceiptLog]
    }

    /// What its instructions saw.
    public var environment: BlockEnvironment
    /// In order, each on the state that the one before left.
    public var calls: [Call] = []
    /// Of all its calls.
    public var gasUsed: UInt64 = 0

    /// Number, time, gas, fee recipient, base fee and the calls; hashes and roots are not computed.
    public var json: JSON {
        var logIndex = 0
        var results: [JSON] = []
        for (index, call) in calls.enumerated() {
            var logs: [JSON] = []
            for log in call.logs {
                logs.append([
                    "address": .address(log.address), "topics": .array(log.topics.map { .hash($0) }),
                    "data": .hex(log.data), "blockNumber": .quantity(environment.number),
                    "transactionIndex": .quantity(UInt64(index)), "logIndex": .quantity(UInt64(logIndex)),
                    "blockTimestamp": .quantity(environment.timestamp), "removed": false,
                ])
                logIndex += 1
            }
            let done = call.outcome
            var members: JSONObject = [
                "returnData": .hex(done.outcome.isSuccess || done.outcome.halt == .revert ? done.output : []),
                "logs": .array(logs), "gasUsed": .quantity(done.outcome.gasUsed),
                "maxUsedGas": .quantity(done.outcome.gasUsed + done.outcome.gasRefunded),
                "status": .quantity(UInt64(done.outcome.isSuccess ? 1 : 0)),
            ]
            if let error = done.error {
                var object: JSONObject = [
                    "message": .string(error.message), "code": .integer(error.code == 3 ? 3 : -32015),
                ]
                if let data = error.data { object["data"] = .hex(data) }
                members["error"] = .object(object)
            }
            results.append(.object(members))
        }
        return [
            "number": .quantity(environment.number), "timestamp": .quantity(environment.timestamp),
            "gasLimit": .quantity(environment.gasLimit), "gasUsed": .quantity(gasUsed),
            "miner": .address(environment.coinbase), "baseFeePerGas": .quantity(environment.baseFee),
            "calls": .array(results),
        ]
    }
}
