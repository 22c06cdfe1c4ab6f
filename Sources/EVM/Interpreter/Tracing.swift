public import EVMCodec
public import EVMTypes

/// One instruction that is about to run.
public struct TracedStep: Hashable, Sendable {
    /// Offset in the running code.
    public var pc: Int
    /// The byte there; 0 (STOP) beyond the code's end.
    public var opcode: UInt8
    /// Gas left before it.
    public var gas: Int64
    /// Frames deep; 1 is the transaction's own.
    public var depth: Int
    /// Bytes of the frame's memory.
    public var memorySize: Int
    /// The transaction's refund counter; may be negative inside a frame.
    public var refund: Int64
    /// Whose code runs, by the account it works on.
    public var address: Address
    /// Whether the frame is a creation.
    public var isCreate: Bool
}

/// Told of every instruction of a traced run.
///
/// A run without a tracer is compiled apart from this and pays nothing for it. A traced run never uses translated code.
/// Steps of precompiled contracts and of codes that are empty do not exist.
public protocol StepTracer: ~Copyable {
    /// Whether anything is wanted; false compiles every call away.
    static var isActive: Bool { get }
    /// Before an instruction, also one that fails. The lowest word of the stack is first.
    mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>)
    /// After it. The gas left is the frame's own: without what a call or creation that starts now was given.
    /// `halt` is how the frame ended, nil when it goes on.
    mutating func didRun(gasLeft: Int64, halt: Halt?)
    /// When a call, creation or SELFDESTRUCT begins, after the step that makes it: also of precompiled contracts and of
    /// accounts without code, and one that cannot begin at all. Each is followed by its `didExit`, properly nested.
    mutating func willEnter(_ call: TracedCall, input: Span<UInt8>)
    /// When it has ended. `output` is what it returned or reverted with, the deployed code for a creation.
    mutating func didExit(output: Span<UInt8>, gasUsed: Int64, halt: Halt)
    /// After a log. `index` is its place among those of the overlay that stand at this moment.
    mutating func didLog(_ address: Address, topics: [Hash32], data: Span<UInt8>, index: Int)
}

/// Traces nothing, for nothing.
public struct NoTracer: StepTracer {
    public static var isActive: Bool { false }
    public init() {}
    @inline(__always) public mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>) {}
    @inline(__always) public mutating func didRun(gasLeft: Int64, halt: Halt?) {}
}

extension StepTracer where Self: ~Copyable {
    public mutating func willEnter(_ call: TracedCall, input: Span<UInt8>) {}
    public mutating func didExit(output: Span<UInt8>, gasUsed: Int64, halt: Halt) {}
    public mutating func didLog(_ address: Address, topics: [Hash32], data: Span<UInt8>, index: Int) {}
}

extension Machine {
    /// As `execute` without a tracer, and tells `tracer` every step.
    public mutating func execute<Tracer: StepTracer & ~Copyable>(
        _ transaction: borrowing Transaction, from sender: Address, in block: BlockEnvironment,
        on state: borrowing PinnedState, options: ExecutionOptions, blockGasLeft: UInt64?, tracer: inout Tracer
    ) -> ExecutionResult {
        guard Tracer.isActive else {
            return execute(
                transaction, from: sender, in: block, on: state, options: options, blockGasLeft: blockGasLeft)
        }
        return withUnsafeMutablePointer(to: &tracer) { pointer in
            var observer = TracerObserver(tracer: pointer)
            return execute(
                transaction, from: sender, in: block, on: state, options: options, blockGasLeft: blockGasLeft,
                observer: &observer)
        }
    }
}
