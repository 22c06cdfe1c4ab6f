internal import EVMTypes

/// What a run of one frame came to.
enum FrameExit {
    /// The frame ended.
    case ended(Halt)
    /// A frame was pushed on top of it and runs next.
    case entered
    /// A loop was seen: the frame goes on translated.
    case hot
}

/// Told of every instruction before and after it, when a run is traced.
protocol StepObserver: ~Copyable {
    static var isActive: Bool { get }
    mutating func before(_ machine: borrowing Machine, opcode: UInt8, pc: Int, gas: Int64, top: Words)
    mutating func after(_ machine: borrowing Machine, gas: Int64, halt: Halt?)
}

/// Observes nothing: the normal run, in which every trace of observing is compiled out.
struct NoObserver: StepObserver {
    static var isActive: Bool { false }
    @inline(__always) mutating func before(
        _ machine: borrowing Machine, opcode: UInt8, pc: Int, gas: Int64, top: Words
    ) {}
    @inline(__always) mutating func after(_ machine: borrowing Machine, gas: Int64, halt: Halt?) {}
}

extension Machine {
    /// Runs the frame on top, byte by byte, until it ends or another frame is pushed.
    ///
    /// `top` points at the topmost word; one below `stackBase` when the stack is empty. Need and growth of the stack and
    /// the constant price are checked before each instruction.
    @inline(never) mutating func interpret<Observer: StepObserver & ~Copyable>(_ observer: inout Observer) -> FrameExit {
        let code = frame.pointee.code
        let bottom = frame.pointee.stackBase - 1
        var pc = frame.pointee.pc
        var top = frame.pointee.sp - 1
        var gas = frame.pointee.gas
        while true {
            let opcode = code[pc]
            if Observer.isActive { observer.before(self, opcode: opcode, pc: pc, gas: gas, top: top) }
            let need = StackTable.takes[Int(opcode)], most = StackTable.heightMax[Int(opcode)]
            let height = top - bottom
            let price = constantGas[Int(opcode)]
            var left = gas &- Int64(price)
            if price < 0 {
                left = failed(opcode == Opcode.invalid.rawValue ? .invalidOpcode : .undefinedOpcode)
            } else if height < Int(need) {
                left = failed(.stackUnderflow)
            } else if height > Int(most) {
                left = failed(.stackOverflow)
            } else if left < 0 {
                left = failed(.outOfGas)
            } else {
                let result = step(opcode, &pc, &top, left)
                left = result
            }
            if _slowPath(left < 0) {
                if left < -1_000 {
                    let caller = frame - 1
                    caller.pointee.pc = pc &+ 1
                    caller.pointee.gas = left &- enterFrame
                    if Observer.isActive { observer.after(self, gas: caller.pointee.gas, halt: nil) }
                    return .entered
                }
                let halt = haltOf(left)
                if halt == .stop || halt == .return || halt == .revert || halt == .selfdestruct {
                    frame.pointee.gas = endGas
                } else {
                    frame.pointee.gas = 0
                }
                if Observer.isActive { observer.after(self, gas: frame.pointee.gas, halt: halt) }
                return .ended(halt)
            }
            gas = left
            pc &+= 1
            if Observer.isActive { observer.after(self, gas: gas, halt: nil) }
        }
    }
}
