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
    /// `refund` is the transaction's counter; `halt` is how the frame ended, nil when it goes on.
    mutating func didRun(gasLeft: Int64, refund: Int64, halt: Halt?)
}

/// Traces nothing, for nothing.
public struct NoTracer: StepTracer {
    public static var isActive: Bool { false }
    public init() {}
    @inline(__always) public mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>) {}
    @inline(__always) public mutating func didRun(gasLeft: Int64, refund: Int64, halt: Halt?) {}
}

/// Lends a tracer to the interpreter.
struct TracerObserver<Tracer: StepTracer & ~Copyable>: StepObserver {
    static var isActive: Bool { Tracer.isActive }
    let tracer: UnsafeMutablePointer<Tracer>

    mutating func before(_ machine: borrowing Machine, opcode: UInt8, pc: Int, gas: Int64, top: Words) {
        let frame = machine.frame.pointee
        let step = TracedStep(
            pc: pc, opcode: opcode, gas: gas, depth: machine.depth + 1, memorySize: frame.memorySize,
            refund: machine.overlay.refund, address: frame.address, isCreate: frame.isCreate)
        let stack = Span(_unsafeStart: UnsafePointer(frame.stackBase), count: top + 1 - frame.stackBase)
        let memory = Span(
            _unsafeStart: UnsafePointer(machine.memory.base + frame.memoryBase), count: frame.memorySize)
        tracer.pointee.willRun(step, stack: stack, memory: memory)
    }

    mutating func after(_ machine: borrowing Machine, gas: Int64, halt: Halt?) {
        tracer.pointee.didRun(gasLeft: gas, refund: machine.overlay.refund, halt: halt)
    }
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
