/// What a word is, while a block is translated: a place on the stack, a constant, or a result.
struct BlockValue: Hashable {
    private var raw: Int32

    static func place(_ position: Int) -> BlockValue { BlockValue(raw: Int32(truncatingIfNeeded: position)) }
    static func constant(_ index: Int) -> BlockValue {
        BlockValue(raw: 0x0100_0000 &+ Int32(truncatingIfNeeded: index))
    }
    static func result(_ index: Int) -> BlockValue { BlockValue(raw: 0x0200_0000 &+ Int32(truncatingIfNeeded: index)) }
    /// No word.
    static var none: BlockValue { BlockValue(raw: .min) }

    var isNone: Bool { raw == .min }
    var isPlace: Bool { raw < 0x0080_0000 && raw != .min }
    var isConstant: Bool { raw >= 0x0080_0000 && raw < 0x0180_0000 }
    var isResult: Bool { raw >= 0x0180_0000 }
    var index: Int { isResult ? Int(raw &- 0x0200_0000) : isConstant ? Int(raw &- 0x0100_0000) : Int(raw) }
}

/// One step of a block, before places are given to its results.
struct BlockStep {
    var op: ProgramOp
    var a = BlockValue.none
    var b = BlockValue.none
    var c = BlockValue.none
    /// Further operands, topmost first, for an instruction that takes them in a row.
    var row: (start: Int, count: Int) = (0, 0)
    /// The result's number; -1 for none.
    var result = -1
    var imm: Int64 = 0
    /// Whether it does nothing but make its result.
    var isPure = false
    /// Uses of its result; a pure step without uses is left out.
    var isDead = false
}
