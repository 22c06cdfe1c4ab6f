internal import EVMTypes

/// Translates a code's bytes to a program on places and constants.
///
/// A basic block's stack is followed symbolically: PUSH, DUP, SWAP and POP cost nothing, results go straight to where
/// the block's end wants them, and what nobody uses is left out. The block's fixed gas and the stack it needs are
/// checked once, at its head. That ends a run that must end exceptionally somewhere in the block at its head instead,
/// which nothing can tell apart: an exceptional halt takes back and takes away the same. Instructions that tell the gas
/// left (GAS, SSTORE's sentry) add back what was charged ahead; calls and creations end a block.
struct Translator: ~Copyable {
    let code: UnsafeMutablePointer<UInt8>
    let count: Int
    let jumpdests: UnsafeMutablePointer<UInt64>
    let table: UnsafeMutablePointer<InstructionInfo>

    var output: [ProgramInstruction] = []
    var constants: [U256] = []
    var constantIndex: [U256: Int] = [:]
    var entries: UnsafeMutablePointer<Int32>
    /// Instructions whose `imm` is a byte offset to be replaced by its block's index.
    var fixups: [Int] = []
    var block = BlockBuilder()
    var pc = 0
    var isTooLarge = false

    /// Steps after which a block is cut, which bounds the places its results take.
    static let stepsMax = 200

    init(_ record: CodeRecord, _ table: UnsafeMutablePointer<InstructionInfo>) {
        code = record.bytes
        count = record.count
        jumpdests = record.jumpdests!
        self.table = table
        entries = .allocate(capacity: count + 1)
        entries.initialize(repeating: -1, count: count + 1)
        output.reserveCapacity(count + 16)
    }

    /// The program, or nil when the code is beyond what the form can hold.
    static func translate(_ record: CodeRecord, _ table: UnsafeMutablePointer<InstructionInfo>) -> Program? {
        var translator = Translator(record, table)
        translator.translateAll()
        if translator.isTooLarge || translator.constants.count > 24_000 {
            translator.entries.deallocate()
            return nil
        }
        let instructions = UnsafeMutablePointer<ProgramInstruction>.allocate(capacity: translator.output.count)
        translator.output.withUnsafeBufferPointer {
            instructions.initialize(from: $0.baseAddress!, count: $0.count)
        }
        let constants = UnsafeMutablePointer<U256>.allocate(capacity: translator.constants.count + 1)
        translator.constants.withUnsafeBufferPointer {
            if let start = $0.baseAddress { constants.initialize(from: start, count: $0.count) }
        }
        return Program(
            instructions: instructions, count: translator.output.count, constants: constants,
            entries: translator.entries, codeCount: translator.count)
    }

    func isJumpdest(_ at: Int) -> Bool { at < count && jumpdests[at &>> 6] &>> UInt64(at & 63) & 1 == 1 }

    mutating func constant(_ word: U256) -> BlockValue {
        if let index = constantIndex[word] { return .constant(index) }
        constants.append(word)
        constantIndex[word] = constants.count - 1
        return .constant(constants.count - 1)
    }

    private mutating func translateAll() {
        while pc < count {
            if isJumpdest(pc) { entries[pc] = Int32(output.count) }
            translateBlock()
            // What follows an end that does not fall through cannot run until the next JUMPDEST.
            while pc < count, block.endsFlow, !isJumpdest(pc) { pc += Self.length(code[pc]) }
        }
        // The code's end stops.
        if !block.endsFlow || output.isEmpty {
            output += [ProgramInstruction(op: .block), ProgramInstruction(op: .stop)]
        }
        for at in fixups {
            let target = Int(output[at].imm)
            output[at].imm = Int64(entries[target])
        }
    }

    static func length(_ opcode: UInt8) -> Int { opcode >= 0x60 && opcode <= 0x7f ? Int(opcode) - 0x5e : 1 }

    /// Translates from `pc` to the block's end, and writes the block.
    private mutating func translateBlock() {
        block.reset()
        if isJumpdest(pc) {
            block.gas += Int64(table[0x5b].price)
            pc += 1
        }
        while pc < count {
            if isJumpdest(pc) || block.steps.count >= Self.stepsMax || block.isFull {
                return write(BlockEnd(op: .fall))
            }
            let opcode = code[pc]
            let info = table[Int(opcode)]
            if info.price < 0 {
                pc += 1
                let halt: Halt = opcode == 0xfe ? .invalidOpcode : .undefinedOpcode
                return write(BlockEnd(op: .fail, imm: Int64(halt.rawValue)))
            }
            block.gas += Int64(info.price)
            if let end = translateStep(opcode) {
                block.need(end.takes)
                pc += 1
                return write(end)
            }
            pc += Self.length(opcode)
        }
        write(BlockEnd(op: .stop))
    }

    private mutating func write(_ end: BlockEnd) {
        let first = output.count
        block.write(end, into: &output)
        for at in first..<output.count where output[at].op.jumpsToByte { fixups.append(at) }
        if block.placesUsed > 3_500 { isTooLarge = true }
        switch end.op {
        case .goto, .jump, .stop, .output, .selfdestruct, .fail: block.endsFlow = true
        default: block.endsFlow = false
        }
    }
}

extension ProgramOp {
    /// Whether `imm` is a jump's target: a byte offset until the whole code is translated.
    var jumpsToByte: Bool {
        switch self {
        case .goto, .moveAndGoto, .branch, .branchIfZero, .branchIfLess, .branchIfNotLess, .branchIfEqual,
            .branchIfNotEqual, .branchIfSignedLess, .branchIfNotSignedLess:
            true
        default: false
        }
    }
}

/// How a block ends.
struct BlockEnd {
    var op: ProgramOp
    var a = BlockValue.none
    var b = BlockValue.none
    var imm: Int64 = 0
    /// Words that a call or creation takes; they are put in place before it.
    var takes = 0
}
