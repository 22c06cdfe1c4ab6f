internal import EVMCodec
internal import EVMTypes

/// Lends a tracer to the interpreter, and tells it of calls, creations, logs and SELFDESTRUCT besides.
struct TracerObserver<Tracer: StepTracer & ~Copyable>: StepObserver {
    static var isActive: Bool { Tracer.isActive }
    let tracer: UnsafeMutablePointer<Tracer>
    /// The instruction that runs, and what was there before it.
    private var opcode: UInt8 = 0
    private var depth = 0
    private var logCount = 0
    private var heir = Address.zero
    private var funds = U256.zero
    /// The gas that each open frame began with.
    private var gasAtEntry: [Int64] = []

    init(tracer: UnsafeMutablePointer<Tracer>) { self.tracer = tracer }

    mutating func before(_ machine: borrowing Machine, opcode: UInt8, pc: Int, gas: Int64, top: Words) {
        let frame = machine.frame.pointee
        let step = TracedStep(
            pc: pc, opcode: opcode, gas: gas, depth: machine.depth + 1, memorySize: frame.memorySize,
            refund: machine.overlay.refund, address: frame.address, isCreate: frame.isCreate)
        let stack = Span(_unsafeStart: UnsafePointer(frame.stackBase), count: top + 1 - frame.stackBase)
        let memory = Span(
            _unsafeStart: UnsafePointer(machine.memory.base + frame.memoryBase), count: frame.memorySize)
        self.opcode = opcode
        depth = machine.depth
        logCount = machine.overlay.logs.count
        if opcode == 0xff, stack.count > 0 {
            heir = Address(truncating: top.pointee)
            funds = machine.overlay.accounts[Int(frame.account)].balance
        }
        tracer.pointee.willRun(step, stack: stack, memory: memory)
    }

    mutating func after(_ machine: borrowing Machine, gas: Int64, halt: Halt?) {
        tracer.pointee.didRun(gasLeft: gas, halt: halt)
        guard machine.depth == depth else { return }
        if halt == .selfdestruct {
            let call = TracedCall(
                kind: .selfdestruct, from: machine.frame.pointee.address, to: heir, value: funds, gas: 0,
                depth: depth + 1)
            tracer.pointee.willEnter(call, input: Span())
            tracer.pointee.didExit(output: Span(), gasUsed: 0, halt: .stop)
        }
        guard halt == nil else { return }
        if machine.overlay.logs.count > logCount { tellLog(machine) }
        if machine.note.isSet, let kind = TracedCall.Kind(opcode: opcode) { tellNote(machine, kind, gas) }
    }

    private func tellLog(_ machine: borrowing Machine) {
        let index = machine.overlay.logs.count - 1
        let record = machine.overlay.logs[index]
        let topics = [record.topics.0, record.topics.1, record.topics.2, record.topics.3]
        let data = Span(
            _unsafeStart: UnsafePointer(machine.overlay.logData.base + record.dataStart), count: record.dataCount)
        tracer.pointee.didLog(
            record.address, topics: topics.prefix(Int(record.topicCount)).map { Hash32($0) }, data: data, index: index)
    }

    /// A call that pushed no frame: a precompiled contract, no code, or one that could not begin.
    private func tellNote(_ machine: borrowing Machine, _ kind: TracedCall.Kind, _ gas: Int64) {
        let note = machine.note
        let value: U256? =
            switch kind {
            case .staticCall: nil
            case .delegateCall: machine.frame.pointee.value
            default: note.value
            }
        let call = TracedCall(
            kind: kind, from: machine.frame.pointee.address, to: note.target, value: value, gas: note.gas,
            depth: machine.depth + 1)
        let input = Span(
            _unsafeStart: UnsafePointer(machine.memory.base + note.inputBase), count: note.inputCount)
        let output = Span(
            _unsafeStart: UnsafePointer(machine.returnData.base), count: machine.returnData.count)
        tracer.pointee.willEnter(call, input: input)
        tracer.pointee.didExit(output: output, gasUsed: note.gas - (gas - note.left), halt: note.halt)
    }

    mutating func entered(_ machine: borrowing Machine) {
        let frame = machine.frame.pointee
        var kind: TracedCall.Kind = frame.isCreate ? .create : .call
        var from = frame.caller, to = frame.address
        if machine.depth > 0 {
            let caller = (machine.frame - 1).pointee
            kind = TracedCall.Kind(opcode: caller.code[caller.pc - 1]) ?? kind
            from = caller.address
            // The address stands where the instruction found it, above the place of the flag.
            if kind == .delegateCall { to = Address(truncating: frame.stackBase[3]) }
            if kind == .callCode { to = Address(truncating: frame.stackBase[4]) }
        }
        let call = TracedCall(
            kind: kind, from: from, to: to, value: kind == .staticCall ? nil : frame.value, gas: frame.gas,
            depth: machine.depth)
        let input =
            frame.isCreate
            ? Span(_unsafeStart: UnsafePointer(frame.code), count: frame.codeCount)
            : Span(_unsafeStart: UnsafePointer(machine.memory.base + frame.inputBase), count: frame.inputCount)
        gasAtEntry.append(frame.gas)
        tracer.pointee.willEnter(call, input: input)
    }

    mutating func ended(_ machine: borrowing Machine, halt: Halt) {
        let left = halt.takesAllGas ? 0 : machine.frame.pointee.gas
        let output = Span(
            _unsafeStart: UnsafePointer(machine.memory.base + machine.outputBase),
            count: halt.takesAllGas ? 0 : machine.outputCount)
        tracer.pointee.didExit(output: output, gasUsed: (gasAtEntry.popLast() ?? left) - left, halt: halt)
    }

    mutating func ranRoot(_ machine: borrowing Machine, _ call: TracedCall, input: Span<UInt8>, halt: Halt) {
        let output = Span(
            _unsafeStart: UnsafePointer(machine.memory.base + machine.outputBase),
            count: halt.takesAllGas ? 0 : machine.outputCount)
        tracer.pointee.willEnter(call, input: input)
        tracer.pointee.didExit(output: output, gasUsed: call.gas - (halt.takesAllGas ? 0 : machine.endGas), halt: halt)
    }
}
