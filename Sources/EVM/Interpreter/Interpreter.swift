internal import EVMTypes

/// What a run of one frame came to.
enum FrameExit {
    /// The frame ended.
    case ended(Halt)
    /// A frame was pushed on top of it and runs next.
    case entered
    /// A loop was seen: the frame should go on translated.
    case hot
}

/// What every instruction needs before it runs.
struct InstructionInfo: BitwiseCopyable {
    /// The fixed price; -1 where the opcode does not exist.
    var price: Int16
    /// Words it needs on the stack.
    var takes: Int16
    /// The most words that may be on the stack before it.
    var heightMax: Int16
    /// What the interpreter does: the opcode, or 0x0c (no instruction) where it does not exist.
    var opcode: UInt8

    static func table(_ schedule: GasSchedule, into table: UnsafeMutablePointer<InstructionInfo>) {
        for byte in 0..<256 {
            let price = schedule.constant[byte]
            let effect = Opcode(rawValue: UInt8(byte))?.stackEffect ?? (takes: 0, gives: 0)
            let growth = effect.gives - effect.takes
            table[byte] = InstructionInfo(
                price: price, takes: Int16(price < 0 ? 0 : effect.takes),
                heightMax: Int16(min(1_024, 1_024 - growth)), opcode: price < 0 && byte != 0xfe ? 0x0c : UInt8(byte))
        }
    }
}

/// Told of every instruction before and after it, when a run is traced.
protocol StepObserver: ~Copyable {
    static var isActive: Bool { get }
    mutating func before(_ machine: borrowing Machine, opcode: UInt8, pc: Int, gas: Int64, top: Words)
    mutating func after(_ machine: borrowing Machine, gas: Int64, halt: Halt?)
    /// The frame on top was pushed and has not run yet.
    mutating func entered(_ machine: borrowing Machine)
    /// The frame on top has ended and is still there.
    mutating func ended(_ machine: borrowing Machine, halt: Halt)
    /// The transaction's own call or creation ended without a frame.
    mutating func ranRoot(_ machine: borrowing Machine, _ call: TracedCall, input: Span<UInt8>, halt: Halt)
}

/// Observes nothing: the normal run, in which every trace of observing is compiled out.
struct NoObserver: StepObserver {
    static var isActive: Bool { false }
    @inline(__always) mutating func before(
        _ machine: borrowing Machine, opcode: UInt8, pc: Int, gas: Int64, top: Words
    ) {}
    @inline(__always) mutating func after(_ machine: borrowing Machine, gas: Int64, halt: Halt?) {}
    @inline(__always) mutating func entered(_ machine: borrowing Machine) {}
    @inline(__always) mutating func ended(_ machine: borrowing Machine, halt: Halt) {}
    @inline(__always) mutating func ranRoot(
        _ machine: borrowing Machine, _ call: TracedCall, input: Span<UInt8>, halt: Halt
    ) {}
}

/// A step's answer that the code should be translated; `Machine.endGas` has the gas.
let hotLoop: Int64 = -900

extension Machine {
    /// Runs the frame on top, byte by byte, until it ends or another frame is pushed.
    ///
    /// `top` points at the topmost word; one below `stackBase` when the stack is empty. Need and growth of the stack
    /// and the constant price are checked before each instruction.
    @inline(never) mutating func interpret<Observer: StepObserver & ~Copyable>(_ observer: inout Observer) -> FrameExit
    {
        let code = frame.pointee.code
        let bottom = frame.pointee.stackBase - 1
        var pc = frame.pointee.pc
        var top = frame.pointee.sp - 1
        var gas = frame.pointee.gas
        while true {
            let opcode = code[pc]
            if Observer.isActive { observer.before(self, opcode: opcode, pc: pc, gas: gas, top: top) }
            let info = instructions[Int(opcode)]
            let height = top - bottom
            var left = gas &- Int64(info.price)
            if _fastPath(left >= 0 && height >= Int(info.takes) && height <= Int(info.heightMax)) {
                left = step(info.opcode, &pc, &top, left)
            } else {
                left = failed(
                    height < Int(info.takes) ? .stackUnderflow : left < 0 ? .outOfGas : .stackOverflow)
            }
            if _slowPath(left < 0) {
                let exit = leave(left, pc)
                if Observer.isActive { tell(exit, &observer) }
                if case .hot = exit { frame.pointee.sp = top + 1 }
                return exit
            }
            gas = left
            pc &+= 1
            if Observer.isActive {
                observer.after(self, gas: gas, halt: nil)
                note.isSet = false
            }
        }
    }

    private func tell<Observer: StepObserver & ~Copyable>(_ exit: FrameExit, _ observer: inout Observer) {
        switch exit {
        case .ended(let halt): observer.after(self, gas: frame.pointee.gas, halt: halt)
        case .entered: observer.after(self, gas: (frame - 1).pointee.gas, halt: nil)
        case .hot: break
        }
    }

    /// Writes back what the frame needs when it runs again, and says why it stopped.
    private mutating func leave(_ result: Int64, _ pc: Int) -> FrameExit {
        if result < -1_000 {
            let caller = frame - 1
            caller.pointee.pc = pc &+ 1
            caller.pointee.gas = result &- enterFrame
            return .entered
        }
        if result == hotLoop {
            frame.pointee.pc = pc
            frame.pointee.gas = endGas
            return .hot
        }
        let halt = haltOf(result)
        frame.pointee.gas = halt.takesAllGas ? 0 : endGas
        return .ended(halt)
    }

    /// One instruction, already checked and charged its fixed price. Gives the gas left, or what `failed` or
    /// `enterFrame` make. The instructions below 0x60 are in `stepLow`.
    @inline(__always) private mutating func step(
        _ opcode: UInt8, _ pc: inout Int, _ top: inout Words, _ gas: Int64
    ) -> Int64 {
        switch opcode {
        case 0x60...0x67:
            let count = Int(opcode) &- 0x5f
            let raw = UnsafeRawPointer(frame.pointee.code + pc + 1).loadUnaligned(as: UInt64.self).byteSwapped
            top += 1
            top.pointee = U256(raw &>> UInt64(64 &- count &* 8))
            pc &+= count
            return gas
        case 0x68...0x7f:
            let count = Int(opcode) &- 0x5f
            top += 1
            top.pointee = loadWord(UnsafeRawPointer(frame.pointee.code + pc + 1)) >> (256 &- count &* 8)
            pc &+= count
            return gas
        case 0x80...0x8f:
            let word = (top - (Int(opcode) &- 0x80)).pointee
            top += 1
            top.pointee = word
            return gas
        case 0x90...0x9f:
            let other = top - (Int(opcode) &- 0x8f)
            let word = other.pointee
            other.pointee = top.pointee
            top.pointee = word
            return gas
        case 0x56: return jump(&pc, &top, gas)
        case 0x57:
            let condition = (top - 1).pointee
            if !condition.isZero {
                let result = jump(&pc, &top, gas)
                top -= 1
                return result
            }
            top -= 2
            return gas
        case 0x00: return end(.stop, gas)
        case 0x01...0x1e: return stepArithmetic(opcode, &top, gas)
        case 0x20...0x4a: return stepEnvironment(opcode, &top, gas)
        case 0x5b: return passJumpdest(gas)
        case 0x50...0x5f: return stepMemory(opcode, pc, &top, gas)
        default: return stepSystem(opcode, &top, gas)
        }
    }

    /// The frame ends well with this much gas left.
    @inline(__always) mutating func end(_ halt: Halt, _ gas: Int64) -> Int64 {
        endGas = gas
        outputCount = 0
        return failed(halt)
    }

    /// JUMP: `pc` becomes the target less one, since the loop adds one.
    @inline(__always) private mutating func jump(_ pc: inout Int, _ top: inout Words, _ gas: Int64) -> Int64 {
        guard isJumpTarget(top.pointee) else { return failed(.invalidJump) }
        let target = Int(truncatingIfNeeded: top.pointee.w0)
        top -= 1
        pc = target &- 1
        return gas
    }

    /// JUMPDEST, where a loop is seen. The translated block charges the JUMPDEST again, so its gas is given back.
    @inline(__always) private mutating func passJumpdest(_ gas: Int64) -> Int64 {
        frame.pointee.jumps &+= 1
        if frame.pointee.jumps == Self.jumpsBeforeTranslation, canTranslate {
            endGas = gas &+ Int64(prices.constant[0x5b])
            return hotLoop
        }
        return gas
    }

    /// Whether code may jump there.
    @inline(__always) mutating func isJumpTarget(_ word: U256) -> Bool {
        guard word.w1 | word.w2 | word.w3 == 0, word.w0 < UInt64(frame.pointee.codeCount) else { return false }
        if _slowPath(frame.pointee.jumpdests == nil) { analyseJumps(&frame.pointee) }
        let target = Int(truncatingIfNeeded: word.w0)
        return frame.pointee.jumpdests![target &>> 6] &>> UInt64(target & 63) & 1 == 1
    }
}
