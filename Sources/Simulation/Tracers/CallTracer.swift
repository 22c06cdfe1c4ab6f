public import EVM
public import EVMTypes

/// geth's `callTracer`: the tree of calls. Source: geth `eth/tracers/native/call.go`.
///
/// Frames are bounded by gas: the least call costs 100.
public struct CallTracer: StepTracer {
    /// Its options.
    public struct Options: Hashable, Sendable {
        /// The transaction's own frame and nothing inside.
        public var onlyTopCall = false
        public var withLog = false

        public init() {}
    }

    public static var isActive: Bool { true }
    private let options: Options
    private let gasLimit: UInt64
    private let logsBefore: Int
    private var open: [CallFrame] = []
    private var root: CallFrame?
    private var depth = 0
    private var fault = FaultNotes()

    /// - Parameters:
    ///   - gasLimit: the transaction's.
    ///   - logsBefore: logs of the block before the transaction, less those that the overlay counts.
    public init(_ options: Options = Options(), gasLimit: UInt64, logsBefore: Int = 0) {
        self.options = options
        self.gasLimit = gasLimit
        self.logsBefore = logsBefore
    }

    public mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>) {
        fault.willRun(step, height: stack.count)
    }

    public mutating func didRun(gasLeft: Int64, refund: Int64, halt: Halt?) { fault.didRun(halt) }

    public mutating func willEnter(_ call: TracedCall, input: Span<UInt8>) {
        depth += 1
        if options.onlyTopCall, depth > 1 { return }
        open.append(
            CallFrame(
                kind: call.kind, from: call.from, to: call.to, value: call.value,
                gas: depth == 1 ? gasLimit : UInt64(call.gas), input: Array(span: input)))
    }

    public mutating func didExit(output: Span<UInt8>, gasUsed: Int64, halt: Halt) {
        depth -= 1
        if options.onlyTopCall, depth > 0 { return }
        guard var frame = open.popLast() else { return }
        frame.gasUsed = UInt64(clamping: gasUsed)
        frame.halt = halt
        if halt.isSuccess {
            frame.output = Array(span: output)
        } else {
            frame.error = fault.text(halt, isCreation: frame.kind == .create || frame.kind == .create2)
            if frame.kind == .create || frame.kind == .create2 { frame.to = nil }
            if halt == .revert {
                frame.output = Array(span: output)
                frame.revertReason = GethText.reason(RevertReason(frame.output))
            }
        }
        if open.isEmpty { root = frame } else { open[open.count - 1].calls.append(frame) }
    }

    public mutating func didLog(_ address: Address, topics: [Hash32], data: Span<UInt8>, index: Int) {
        guard options.withLog, !open.isEmpty, !options.onlyTopCall || depth == 1 else { return }
        let last = open.count - 1
        open[last].logs.append(
            CallFrame.Log(
                address: address, topics: topics, data: Array(span: data), index: index + logsBefore,
                position: open[last].calls.count))
    }

    /// The tree, after the run; `gasUsed` is the receipt's. Nil when nothing ran.
    public func tree(gasUsed: UInt64) -> CallFrame? {
        guard var root else { return nil }
        root.gasUsed = gasUsed
        if options.withLog { root.dropFailedLogs() }
        return root
    }
}

/// What the last instruction was, for texts that say more than the `Halt`.
struct FaultNotes {
    private var opcode: UInt8 = 0
    private var height = 0
    private var lastHalt: Halt?

    mutating func willRun(_ step: TracedStep, height: Int) {
        opcode = step.opcode
        self.height = height
    }

    mutating func didRun(_ halt: Halt?) { lastHalt = halt }

    /// geth's text; nil for success.
    func text(_ halt: Halt, isCreation: Bool) -> String? {
        let effect = Opcode(rawValue: opcode)?.stackEffect ?? (takes: 0, gives: 0)
        switch halt {
        case .stackUnderflow: return "stack underflow (\(height) <=> \(effect.takes))"
        case .stackOverflow: return "stack limit reached \(height) (\(1_024 + effect.takes - effect.gives))"
        case .undefinedOpcode: return "invalid opcode: opcode 0x\(String(opcode, radix: 16)) not defined"
        case .outOfGas where isCreation && lastHalt?.isSuccess == true:
            return "contract creation code storage out of gas"
        default: return halt.gethText
        }
    }
}

extension Array where Element == UInt8 {
    /// A copy of a span.
    init(span: Span<UInt8>) {
        self = span.withUnsafeBufferPointer { Array($0) }
    }
}
