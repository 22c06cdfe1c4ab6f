internal import EVMTypes

/// What an instruction of a translated program does.
///
/// Operands `a`, `b`, `c` and the result `d` are words: places on the stack relative to where it ended when the block
/// was entered, or constants of the program.
enum ProgramOp: UInt16, BitwiseCopyable {
    // Two operands, one result, no side effect.
    case add, sub, mul, div, sdiv, mod, smod, signExtend
    case lt, gt, slt, sgt, eq, and, or, xor, byte, shl, shr, sar
    // One operand, one result, no side effect.
    case isZero, not, clz, callDataLoad, blobHash
    /// Three operands: `imm` is the third.
    case addMod, mulMod
    case exp
    /// `a` to `d`.
    case move
    /// `a` to `d`, then `b` to the place in the low 16 bits of `imm`, whose other bits are zero.
    case moveTwo
    /// As `moveTwo`, then the operand in the next 16 bits of `imm` to the place in the 16 bits above those.
    case moveThree
    /// A word that only the surroundings give: `imm` is the opcode.
    case environment
    case caller, callValue, callDataSize, address, returnDataSize
    /// What is left after this instruction: `imm` is what the block charged ahead.
    case gas
    /// The size of memory.
    case memorySize
    // Memory: `imm` of the constant forms is the offset.
    case mload, mstore, mstore8, mloadAt, mstoreAt
    case keccak
    // State.
    case sload, sstore, tload, tstore
    case balance, extCodeSize, extCodeHash, blockHash
    /// To `a`, from `b`, as many bytes as the third operand, `imm`, says.
    case callDataCopy, codeCopy, returnDataCopy, memoryCopy
    /// Operands in a row: `a` is the place of the topmost, `imm` the opcode.
    case inRow
    /// Begins every block, and is where all jumps lead: `a` words needed, `b` words of growth, `imm` gas.
    case block
    // Ends: `d` is added to the stack's end first (calls: the stack's end at the call).
    /// To instruction `imm`.
    case goto
    /// `a` to the place `b`, then as `goto`.
    case moveAndGoto
    /// On to the next instruction, which begins a block.
    case fall
    case branch, branchIfZero, branchIfLess, branchIfNotLess, branchIfEqual, branchIfNotEqual
    case branchIfSignedLess, branchIfNotSignedLess
    /// JUMP to the word `a`.
    case jump
    /// JUMPI to the word `b` on condition `a`.
    case jumpIf
    /// Calls and creations: `imm` the opcode, `d` the stack's end before the operands are taken.
    case call, create
    case stop
    /// RETURN and REVERT: `a` offset, `b` size, `imm` the opcode.
    case output
    case selfdestruct
    /// An exceptional halt: `imm` its number.
    case fail
}

/// One instruction of a translated program, 16 bytes.
struct ProgramInstruction: BitwiseCopyable {
    var op: ProgramOp
    var a: Int16 = 0
    var b: Int16 = 0
    var d: Int16 = 0
    var imm: Int64 = 0

    /// Operands from here on are constants.
    static let firstConstant = 8_192

    /// One instruction that does this and then `next`, which is of the same block; nil where there is none. Moves are
    /// joined with moves, up to three, and one move with a `goto`.
    func joined(with next: ProgramInstruction) -> ProgramInstruction? {
        var joined = self
        switch (op, next.op) {
        case (.move, .move):
            joined.op = .moveTwo
            joined.b = next.a
            joined.imm = Int64(UInt16(bitPattern: next.d))
        case (.moveTwo, .move):
            joined.op = .moveThree
            joined.imm |= Int64(UInt16(bitPattern: next.a)) << 16 | Int64(UInt16(bitPattern: next.d)) << 32
        case (.move, .goto):
            joined = next
            joined.op = .moveAndGoto
            joined.a = a
            joined.b = d
        default: return nil
        }
        return joined
    }
}

/// A translated code: owned by the code cache, freed with it.
struct Program: BitwiseCopyable {
    var instructions: UnsafeMutablePointer<ProgramInstruction>
    var count: Int
    var constants: UnsafeMutablePointer<U256>
    /// For each byte of the code the instruction that begins the block of a JUMPDEST there; -1 elsewhere.
    var entries: UnsafeMutablePointer<Int32>
    var codeCount: Int

    func free() {
        instructions.deallocate()
        constants.deallocate()
        entries.deallocate()
    }

    /// Bytes of memory it holds, about.
    var cost: Int { count * 16 + codeCount * 4 + 4_096 }
}
