public import EVM
internal import EVMCodec
public import EVMTypes

/// Writes EIP-3155 trace lines, one JSON object an instruction, in geth's and evmone's form.
///
/// `gasCost` is what the step took from the frame, so for a call also the gas that went along, and all of it for a step
/// that fails; such a step has `error`. `refund` is the counter after the step, as geth and EELS have it. `memory` is
/// there on demand only: it makes traces large.
/// Source: EIP-3155.
public struct StepTraceWriter: StepTracer, ~Copyable {
    public static var isActive: Bool { true }

    /// Whether lines have the frame's whole memory.
    private let withMemory: Bool
    /// Takes finished lines, several at a time, each with its line feed.
    private let sink: ([UInt8]) -> Void
    private var lines: [UInt8] = []
    /// The parts of the step's line behind its cost, and behind its refund counter.
    private var rest: [UInt8] = []
    private var end: [UInt8] = []
    private var gasBefore: Int64 = 0

    /// Lines are given to `sink` in pieces of about 64 KiB; call `flush` at the end.
    public init(withMemory: Bool = false, sink: @escaping ([UInt8]) -> Void) {
        self.withMemory = withMemory
        self.sink = sink
    }

    public mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>) {
        gasBefore = step.gas
        put("{\"pc\":\(step.pc),\"op\":\(step.opcode),\"gas\":\"0x\(String(step.gas, radix: 16))\",\"gasCost\":\"0x")
        // The cost is known after the step; what comes behind it is kept till then.
        rest.removeAll(keepingCapacity: true)
        rest += "\",\"memSize\":\(step.memorySize),\"stack\":[".utf8
        for index in 0..<stack.count {
            if index > 0 { rest.append(UInt8(ascii: ",")) }
            rest += "\"\(stack[index].hex)\"".utf8
        }
        rest += "],\"depth\":\(step.depth),\"refund\":".utf8
        end.removeAll(keepingCapacity: true)
        end += ",\"opName\":\"".utf8
        end += Self.name(step.opcode).utf8
        end.append(UInt8(ascii: "\""))
        if withMemory {
            end += ",\"memory\":\"0x".utf8
            for index in 0..<memory.count {
                end.append(Hex.character(memory[index] >> 4))
                end.append(Hex.character(memory[index] & 15))
            }
            end.append(UInt8(ascii: "\""))
        }
    }

    public mutating func didRun(gasLeft: Int64, refund: Int64, halt: Halt?) {
        put(String(gasBefore - gasLeft, radix: 16))
        lines += rest
        put(String(refund))
        lines += end
        if let halt, let text = halt.gethText { put(",\"error\":\"\(text)\"") }
        put("}\n")
        if lines.count >= 1 << 16 { flush() }
    }

    /// Writes the line that ends a trace.
    public mutating func end(_ line: String) {
        put(line)
        put("\n")
        flush()
    }

    /// Hands over what is written so far.
    public mutating func flush() {
        if !lines.isEmpty { sink(lines) }
        lines.removeAll(keepingCapacity: true)
    }

    private mutating func put(_ text: String) { lines += text.utf8 }

    /// The instruction's name; geth's wording for bytes that are none.
    static func name(_ opcode: UInt8) -> String {
        switch opcode {
        case 0x44: "DIFFICULTY"
        default:
            Opcode(rawValue: opcode)?.name ?? "opcode 0x\(String(opcode, radix: 16)) not defined"
        }
    }
}
