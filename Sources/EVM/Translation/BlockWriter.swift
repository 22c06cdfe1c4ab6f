/// Gives places to a block's results and writes its instructions.
struct BlockWriter {
    private var block: BlockBuilder
    private let end: BlockEnd
    /// How often each result is used; the last step that uses it, `Int.max` when the block's end does.
    private var uses: [Int]
    private var lastUse: [Int]
    /// The last step that reads what a place held at the block's entry; `Int.max` when the end does.
    private var lastRead: [Int: Int] = [:]
    /// Where each result lives; `Int.min` while it has no place.
    private var homes: [Int]
    /// Places for results that the block's end does not want where they could be.
    private var free: [Int] = []
    private var nextFree: Int
    private var output: [ProgramInstruction] = []
    /// Whether the frame goes on after the block, so that its stack must be in place.
    private let keepsStack: Bool
    /// A fused condition: the step that the end takes over.
    private var fused = -1

    private(set) var placesUsed = 0

    /// Places for operands in a row: six at most.
    private var rowPlace: Int { block.growth + 8 }

    init(_ block: BlockBuilder, _ end: BlockEnd) {
        self.block = block
        self.end = end
        switch end.op {
        case .stop, .output, .selfdestruct, .fail: keepsStack = false
        default: keepsStack = true
        }
        uses = Array(repeating: 0, count: block.resultCount)
        lastUse = Array(repeating: -1, count: block.resultCount)
        homes = Array(repeating: .min, count: block.resultCount)
        nextFree = block.growth + 16
    }

    mutating func write(into target: inout [ProgramInstruction]) {
        countUses()
        fuseCondition()
        output.append(
            ProgramInstruction(op: .block, a: Int16(-block.low), b: Int16(block.growth), imm: block.gas))
        for index in block.steps.indices where !block.steps[index].isDead { write(block.steps[index], index) }
        writeLayout()
        writeEnd()
        placesUsed = nextFree
        for instruction in output {
            if let last = target.last, let joined = last.joined(with: instruction) {
                target[target.count - 1] = joined
            } else {
                target.append(instruction)
            }
        }
    }

    /// The places whose words the block leaves behind.
    private var layout: Range<Int> { keepsStack ? block.low..<block.end : 0..<0 }

    // MARK: Uses

    private mutating func use(_ value: BlockValue, _ step: Int) {
        if value.isResult {
            uses[value.index] += 1
            lastUse[value.index] = max(lastUse[value.index], step)
        } else if value.isPlace {
            lastRead[value.index] = max(lastRead[value.index] ?? -1, step)
        }
    }

    /// From the end backwards, so that a step whose result nobody uses does not use its operands.
    private mutating func countUses() {
        for place in layout {
            let value = block.word(at: place)
            if value != .place(place) { use(value, .max) }
        }
        use(end.a, .max)
        use(end.b, .max)
        for index in block.steps.indices.reversed() {
            let step = block.steps[index]
            if step.isPure, uses[step.result] == 0 {
                block.steps[index].isDead = true
                continue
            }
            use(step.a, index)
            use(step.b, index)
            use(step.c, index)
            for at in step.row.start..<step.row.start + step.row.count { use(block.rows[at], index) }
        }
        // What stays where it was must not be overwritten.
        for place in layout where block.word(at: place) == .place(place) { lastRead[place] = .max }
    }

    /// A comparison that only the conditional jump uses is made by the jump.
    private mutating func fuseCondition() {
        guard end.op == .branch, end.a.isResult, uses[end.a.index] == 1 else { return }
        guard let at = block.steps.lastIndex(where: { $0.result == end.a.index }) else { return }
        let step = block.steps[at]
        switch step.op {
        case .isZero, .lt, .gt, .slt, .sgt, .eq: break
        default: return
        }
        fused = at
        block.steps[at].isDead = true
        for value in [step.a, step.b] {
            if value.isResult { lastUse[value.index] = .max }
            if value.isPlace { lastRead[value.index] = .max }
        }
    }

    // MARK: Steps

    private func operand(_ value: BlockValue) -> Int16 {
        if value.isNone { return 0 }
        if value.isConstant { return Int16(truncatingIfNeeded: ProgramInstruction.firstConstant + value.index) }
        return Int16(value.isPlace ? value.index : homes[value.index])
    }

    private mutating func release(_ value: BlockValue, _ step: Int) {
        guard value.isResult, lastUse[value.index] == step, homes[value.index] >= block.growth + 16 else { return }
        if !free.contains(homes[value.index]) { free.append(homes[value.index]) }
    }

    private mutating func write(_ step: BlockStep, _ index: Int) {
        if step.row.count > 0 {
            for offset in 0..<step.row.count {
                let value = block.rows[step.row.start + offset]
                output.append(
                    ProgramInstruction(
                        op: .move, a: operand(value), d: Int16(rowPlace + step.row.count - 1 - offset)))
            }
            output.append(
                ProgramInstruction(op: step.op, a: Int16(rowPlace + step.row.count - 1), imm: step.imm))
            for offset in 0..<step.row.count { release(block.rows[step.row.start + offset], index) }
            return
        }
        var instruction = ProgramInstruction(op: step.op, a: operand(step.a), b: operand(step.b), imm: step.imm)
        switch step.op {
        case .addMod, .mulMod, .callDataCopy, .codeCopy, .returnDataCopy, .memoryCopy:
            instruction.imm = Int64(operand(step.c))
        case .gas, .sstore: instruction.imm = block.gas - step.imm
        default: break
        }
        release(step.a, index)
        release(step.b, index)
        release(step.c, index)
        if step.result >= 0 {
            homes[step.result] = home(for: step.result, at: index)
            instruction.d = Int16(homes[step.result])
            if uses[step.result] == 0, homes[step.result] >= block.growth + 16 { free.append(homes[step.result]) }
        }
        output.append(instruction)
    }

    /// The place where the block's end wants this result, when what that place holds is no longer read; else a place of
    /// its own.
    private mutating func home(for result: Int, at index: Int) -> Int {
        if lastUse[result] == .max {
            for place in layout where block.word(at: place) == .result(result) {
                if place >= 0 || lastRead[place] ?? -1 <= index { return place }
            }
        }
        if let place = free.popLast() { return place }
        nextFree += 1
        return nextFree - 1
    }

    // MARK: The end

    /// Moves what is not yet where the block's end wants it. A move waits until nobody reads its target any more; a
    /// ring of moves is broken by a copy.
    private mutating func writeLayout() {
        var moves: [(from: Int16, to: Int16)] = []
        for place in layout {
            let from = operand(block.word(at: place))
            if from != Int16(place) { moves.append((from, Int16(place))) }
        }
        let keeps = endOperands()
        // What the end itself reads must survive the moves.
        for (value, from) in keeps where moves.contains(where: { $0.to == from }) {
            let spare = Int16(nextFree)
            nextFree += 1
            output.append(ProgramInstruction(op: .move, a: from, d: spare))
            relocated[value] = spare
        }
        writeMoves(moves)
    }

    private mutating func writeMoves(_ all: [(from: Int16, to: Int16)]) {
        var moves = all, waiting: [Int16: Int] = [:], readers: [Int16: Int] = [:]
        for (index, move) in moves.enumerated() {
            waiting[move.to] = index
            readers[move.from, default: 0] += 1
        }
        var ready = moves.indices.filter { readers[moves[$0].to] ?? 0 == 0 }
        while !waiting.isEmpty {
            if let index = ready.popLast() {
                let move = moves[index]
                output.append(ProgramInstruction(op: .move, a: move.from, d: move.to))
                waiting[move.to] = nil
                readers[move.from]! -= 1
                if readers[move.from] == 0, let next = waiting[move.from] { ready.append(next) }
            } else if let (blocked, index) = waiting.first {
                let spare = Int16(nextFree)
                nextFree += 1
                output.append(ProgramInstruction(op: .move, a: blocked, d: spare))
                for other in moves.indices where moves[other].from == blocked && waiting[moves[other].to] == other {
                    moves[other].from = spare
                    readers[spare, default: 0] += 1
                }
                readers[blocked] = 0
                ready.append(index)
            }
        }
    }

    /// Where the end's operands went to make way for the moves.
    private var relocated: [BlockValue: Int16] = [:]

    private func endOperands() -> [(BlockValue, Int16)] {
        let values = fused >= 0 ? [block.steps[fused].a, block.steps[fused].b] : [end.a, end.b]
        return values.filter { !$0.isNone && !$0.isConstant }.map { ($0, operand($0)) }
    }

    private func endOperand(_ value: BlockValue) -> Int16 { relocated[value] ?? operand(value) }

    private mutating func writeEnd() {
        let height = Int16(block.end)
        if fused >= 0 {
            let step = block.steps[fused]
            output.append(
                ProgramInstruction(
                    op: Self.branchOp(step.op), a: endOperand(step.op == .gt || step.op == .sgt ? step.b : step.a),
                    b: endOperand(step.op == .gt || step.op == .sgt ? step.a : step.b), d: height, imm: end.imm))
            return
        }
        if end.op == .fall, height == 0 { return }
        output.append(
            ProgramInstruction(op: end.op, a: endOperand(end.a), b: endOperand(end.b), d: height, imm: end.imm))
    }

    private static func branchOp(_ op: ProgramOp) -> ProgramOp {
        switch op {
        case .isZero: .branchIfZero
        case .lt, .gt: .branchIfLess
        case .eq: .branchIfEqual
        default: .branchIfSignedLess
        }
    }
}
