internal import EVM
internal import EVMCodec
internal import EVMTypes

/// The logs of a transaction with its moves of the native coin among them, as Transfer logs of
/// 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE. Source: geth `internal/ethapi/logtracer.go`.
struct TransferTracer: StepTracer {
    static var isActive: Bool { true }
    /// Whom the logs name as their contract.
    static let coin = Address(high: 0xeeee_eeee, low: 0xeeee_eeee_eeee_eeee_eeee_eeee_eeee_eeee)
    private var frames: [[ReceiptLog]] = [[]]

    /// What stands, in order.
    var logs: [ReceiptLog] { frames.first ?? [] }

    mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>) {}
    mutating func didRun(gasLeft: Int64, refund: Int64, halt: Halt?) {}

    mutating func willEnter(_ call: TracedCall, input: Span<UInt8>) {
        frames.append([])
        guard let value = call.value, !value.isZero, call.kind != .delegateCall, call.kind != .callCode else { return }
        let topics = [KnownEvents.transfer, Hash32(call.from.word), Hash32(call.to.word)]
        frames[frames.count - 1].append(
            ReceiptLog(address: Self.coin, topics: topics, data: value.bigEndianBytes))
    }

    mutating func didExit(output: Span<UInt8>, gasUsed: Int64, halt: Halt) {
        guard frames.count > 1, let ended = frames.popLast() else { return }
        if halt.isSuccess { frames[frames.count - 1] += ended }
    }

    mutating func didLog(_ address: Address, topics: [Hash32], data: Span<UInt8>, index: Int) {
        frames[frames.count - 1].append(ReceiptLog(address: address, topics: topics, data: Array(span: data)))
    }
}
