/// A block under translation: its symbolic stack and its steps.
///
/// Places count from where the stack ended when the block was entered: -1 is the topmost word then, 0 the first free
/// place.
struct BlockBuilder {
    /// What the block charges at its head.
    var gas: Int64 = 0
    var steps: [BlockStep] = []
    /// Operands of steps that take them in a row.
    var rows: [BlockValue] = []
    var resultCount = 0
    /// Whether the block before ended without going on to the next byte.
    var endsFlow = false
    /// The highest place any block used, its results included.
    var placesUsed = 0

    /// The word at each place, `Self.zeroPlace` being place 0.
    private(set) var words = [BlockValue](repeating: .none, count: 2_600)
    static let zeroPlace = 1_100
    /// The lowest place the block has looked at.
    private(set) var low = 0
    /// Where the stack ends now.
    private(set) var end = 0
    /// The highest end so far.
    private(set) var growth = 0

    mutating func reset() {
        gas = 0
        steps.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        resultCount = 0
        low = 0
        end = 0
        growth = 0
    }

    /// Makes the places from `place` on known: untouched ones hold what they held at the block's entry.
    private mutating func reach(_ place: Int) {
        while low > place {
            low -= 1
            words[low + Self.zeroPlace] = .place(low)
        }
    }

    func word(at place: Int) -> BlockValue { words[place + Self.zeroPlace] }

    /// Whether the block must be cut before its stack leaves the array; one instruction moves it by 17 at most.
    var isFull: Bool { end > 500 || low < -500 }

    mutating func push(_ value: BlockValue) {
        words[end + Self.zeroPlace] = value
        end += 1
        growth = max(growth, end)
    }

    mutating func pop() -> BlockValue {
        end -= 1
        reach(end)
        return words[end + Self.zeroPlace]
    }

    /// The word `depth` below the topmost.
    mutating func peek(_ depth: Int) -> BlockValue {
        reach(end - 1 - depth)
        return words[end - 1 - depth + Self.zeroPlace]
    }

    /// Makes sure that this many words are there.
    mutating func need(_ count: Int) { reach(end - count) }

    mutating func swap(_ depth: Int) {
        reach(end - 1 - depth)
        words.swapAt(end - 1 + Self.zeroPlace, end - 1 - depth + Self.zeroPlace)
    }

    /// Adds a step whose result goes on the stack.
    mutating func compute(_ step: BlockStep) {
        var step = step
        step.result = resultCount
        resultCount += 1
        steps.append(step)
        push(.result(step.result))
    }

    /// Adds a step without a result.
    mutating func perform(_ step: BlockStep) { steps.append(step) }

    /// Adds a step that takes its operands in a row, and has no result.
    mutating func perform(_ op: ProgramOp, taking count: Int, imm: Int64) {
        var step = BlockStep(op: op, imm: imm)
        step.row = (rows.count, count)
        for _ in 0..<count { rows.append(pop()) }
        steps.append(step)
    }

    /// Writes the block with its end.
    mutating func write(_ end: BlockEnd, into output: inout [ProgramInstruction]) {
        var writer = BlockWriter(self, end)
        writer.write(into: &output)
        placesUsed = max(placesUsed, writer.placesUsed)
    }
}
