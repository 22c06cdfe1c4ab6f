public import EVM
public import EVMCodec
public import EVMTypes

/// geth's default tracer: every instruction with stack, storage and, if wanted, memory. Source: geth
/// `eth/tracers/logger/logger.go`.
///
/// `gasCost` of a step that ran out of gas is all the gas that was left, not what it would have needed.
public struct StructLogger: StepTracer {
    /// Its options.
    public struct Options: Hashable, Sendable {
        public var enableMemory = false
        public var disableStack = false
        public var disableStorage = false
        public var enableReturnData = false
        /// Most steps; 0 for no bound of the caller's. `Options.stepsMax` holds in any case.
        public var limit = 0
        /// Steps that are kept at most.
        public static let stepsMax = 2_000_000

        public init() {}
    }

    /// One step.
    struct Step {
        var pc: Int
        var opcode: UInt8
        var gas: Int64
        var cost: Int64 = 0
        var depth: Int
        var refund: Int64
        var error: String?
        var stack: [U256]?
        var memory: [UInt8]?
        var returnData: [UInt8] = []
        var storage: [U256: U256]?
    }

    public static var isActive: Bool { true }
    private let options: Options
    private(set) var steps: [Step] = []
    private var storage: [Address: [U256: U256]] = [:]
    /// The return data of each open frame, and the step that opened it.
    private var frames: [(step: Int, returned: [UInt8])] = []
    /// A load whose value the next step's stack shows.
    private var load: (step: Int, depth: Int, address: Address, key: U256)?
    private var isRecording = false
    private var fault = FaultNotes()
    private var givenGas: Int64 = 0

    public init(_ options: Options = Options()) { self.options = options }

    public mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>) {
        fault.willRun(step, height: stack.count)
        if let load, load.depth == step.depth, stack.count > 0 {
            let value = stack[stack.count - 1]
            storage[load.address, default: [:]][load.key] = value
            steps[load.step].storage = storage[load.address]
        }
        load = nil
        let most = options.limit > 0 ? min(options.limit, Options.stepsMax) : Options.stepsMax
        isRecording = steps.count < most
        guard isRecording else { return }
        var record = Step(pc: step.pc, opcode: step.opcode, gas: step.gas, depth: step.depth, refund: step.refund)
        if !options.disableStack { record.stack = stack.indices.map { stack[$0] } }
        if options.enableMemory { record.memory = Array(span: memory) }
        if options.enableReturnData { record.returnData = frames.last?.returned ?? [] }
        if !options.disableStorage, stack.count > 0 {
            let key = stack[stack.count - 1]
            if step.opcode == 0x54 { load = (steps.count, step.depth, step.address, key) }
            if step.opcode == 0x55, stack.count > 1 {
                storage[step.address, default: [:]][key] = stack[stack.count - 2]
                record.storage = storage[step.address]
            }
        }
        steps.append(record)
    }

    public mutating func didRun(gasLeft: Int64, halt: Halt?) {
        fault.didRun(halt)
        guard isRecording else { return }
        let last = steps.count - 1
        steps[last].cost = steps[last].gas - gasLeft
        if halt == .outOfGas || halt == .stackUnderflow || halt == .stackOverflow, let halt {
            steps[last].error = fault.text(halt, isCreation: false)
        }
    }

    public mutating func willEnter(_ call: TracedCall, input: Span<UInt8>) {
        // A creation's own cost is without the gas that it hands on.
        let isCreation = call.kind == .create || call.kind == .create2
        if isRecording, isCreation, call.depth > 0, !steps.isEmpty { steps[steps.count - 1].cost -= call.gas }
        frames.append((steps.count, []))
        givenGas = call.gas
    }

    public mutating func didExit(output: Span<UInt8>, gasUsed: Int64, halt: Halt) {
        guard let frame = frames.popLast() else { return }
        if isRecording, frame.step == steps.count, !frames.isEmpty, !steps.isEmpty {
            // A call without steps of its own gave back gas at once; its cost is what it was given.
            if steps[steps.count - 1].opcode != 0xff { steps[steps.count - 1].cost += givenGas - gasUsed }
        }
        if !frames.isEmpty { frames[frames.count - 1].returned = Array(span: output) }
    }

    private static func name(_ opcode: UInt8) -> String {
        if opcode == 0x44 { return "DIFFICULTY" }
        return Opcode(rawValue: opcode)?.name ?? "opcode 0x\(String(opcode, radix: 16)) not defined"
    }

    /// `structLogs`, as `debug_traceTransaction` gives them.
    public var json: JSON { .array(steps.map(Self.json)) }

    private static func json(_ step: Step) -> JSON {
        var members: JSONObject = [
            "pc": .integer(step.pc), "op": .string(Self.name(step.opcode)), "gas": .integer(step.gas),
            "gasCost": .integer(step.cost), "depth": .integer(step.depth),
        ]
        if let error = step.error { members["error"] = .string(error) }
        if let stack = step.stack { members["stack"] = .array(stack.map { .quantity($0) }) }
        if !step.returnData.isEmpty { members["returnData"] = .hex(step.returnData) }
        if let memory = step.memory {
            let words = stride(from: 0, to: memory.count, by: 32).map { start in
                JSON.hex(memory[start..<min(start + 32, memory.count)])
            }
            if !words.isEmpty { members["memory"] = .array(words) }
        }
        if let storage = step.storage, !storage.isEmpty {
            var slots: JSONObject = [:]
            for key in storage.keys.sorted() { slots[key.paddedHex] = .string(storage[key, default: .zero].paddedHex) }
            members["storage"] = .object(slots)
        }
        if step.refund > 0 { members["refund"] = .integer(step.refund) }
        return .object(members)
    }
}
