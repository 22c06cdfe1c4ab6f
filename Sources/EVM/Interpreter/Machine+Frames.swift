internal import EVMTypes

// The loop over frames: no call grows the native stack.
extension Machine {
    /// How many JUMPDESTs a frame passes as bytes before its code is translated.
    static var jumpsBeforeTranslation: Int32 { 64 }

    /// Whether the running frame's code may go on translated.
    var canTranslate: Bool { translates && frame.pointee.codeIndex >= 0 && !frame.pointee.isTranslated }

    /// Runs the frames from the one on top until the lowest has ended. A run without an answer takes everything back.
    mutating func runFrames<Observer: StepObserver & ~Copyable>(_ observer: inout Observer) -> Halt {
        if Observer.isActive { observer.entered(self) }
        while true {
            let exit =
                frame.pointee.isTranslated ? runTranslated() : interpret(&observer)
            switch exit {
            case .entered:
                chooseForm()
                if Observer.isActive {
                    note.isSet = false
                    observer.entered(self)
                }
            case .hot: goOnTranslated()
            case .ended(var halt):
                if _slowPath(halt == .undefinedOpcode), isForeignCode {
                    unsupportedPrecompile = frame.pointee.address
                    halt = .unsupportedPrecompile
                }
                if halt.isUnanswered {
                    unwind()
                    return halt
                }
                let isCreate = frame.pointee.isCreate
                if isCreate { halt = finishCreation(halt) }
                if Observer.isActive { observer.ended(self, halt: halt) }
                if depth == 0 {
                    if !isCreate { endRootCall(halt) }
                    return halt
                }
                if isCreate { leaveCreation(halt) } else { finishCall(halt) }
            }
        }
    }

    /// Whether the running frame is a program for another machine. Stylus programs begin with 0xeff0; EIP-3541 keeps
    /// other code that does so away. The code's padding makes two bytes readable.
    private var isForeignCode: Bool {
        guard rules.hasForeignCode, !frame.pointee.isCreate else { return false }
        return frame.pointee.code[0] == 0xef && frame.pointee.code[1] >= 0xf0
    }

    /// Chooses the form in which a frame just pushed runs.
    mutating func chooseForm() {
        let index = Int(frame.pointee.codeIndex)
        guard index >= 0, translates else { return }
        let runs = codes.records[index].runs
        if runs < limits.runsBeforeTranslation {
            codes.records[index].runs = runs + 1
        } else {
            frame.pointee.isTranslated = codes.translate(index, instructions)
        }
    }

    /// Translates the running frame's code in the middle of a loop: the frame stands on a JUMPDEST, where a block
    /// begins.
    private mutating func goOnTranslated() {
        let index = Int(frame.pointee.codeIndex)
        guard codes.translate(index, instructions) else { return }
        frame.pointee.isTranslated = true
        frame.pointee.pc = Int(codes.programs[Int(codes.records[index].program)].entries[frame.pointee.pc])
    }

    private mutating func endRootCall(_ halt: Halt) {
        let checkpoint = frame.pointee.checkpoint
        if halt.isSuccess { overlay.keep(checkpoint) } else { overlay.takeBack(to: checkpoint) }
        if halt.takesAllGas { outputCount = 0 }
    }

    /// Drops all frames and takes back what they changed.
    private mutating func unwind() {
        while depth >= 0 {
            if frame.pointee.isCreate {
                frame.pointee.code.deallocate()
                frame.pointee.jumpdests?.deallocate()
            }
            if depth == 0 { overlay.takeBack(to: frame.pointee.checkpoint) }
            depth -= 1
            frame -= 1
        }
        outputCount = 0
    }

    /// Puts the lowest frame: calldata at the start of memory, then the frame's own memory.
    mutating func pushRoot(
        code: Int32, account: Int, caller: Address, value: U256, input: Span<UInt8>, gas: Int64, isStatic: Bool,
        _ checkpoint: OverlayCheckpoint
    ) {
        let record = codes.records[Int(code)]
        placeInput(input)
        depth = 0
        frame = frames.base
        frame.initialize(
            to: Frame(
                code: record.bytes, codeCount: record.count, codeIndex: code, account: Int32(account),
                address: overlay.accounts[account].address, caller: caller, value: value, isStatic: isStatic,
                isCreate: false, gas: gas, stackBase: stack, sp: stack, memoryBase: (input.count + 31) & ~31,
                inputBase: 0, inputCount: input.count, outputBase: 0, outputCount: 0, jumpdests: record.jumpdests,
                checkpoint: checkpoint))
        chooseForm()
    }

    private mutating func placeInput(_ input: Span<UInt8>) {
        if input.count + 64 > memory.capacity {
            memory.count = 0
            memory.grow(to: input.count + 64)
        }
        let target = memory.base
        input.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { target.update(from: start, count: bytes.count) }
        }
    }
}
