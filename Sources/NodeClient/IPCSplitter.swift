/// Cuts a stream of JSON values that stand back to back into values, without reading them twice.
///
/// Counts braces and brackets outside strings, incrementally, so a value may arrive in any number of pieces.
/// What stands between values may only be white space. Source: geth `rpc/json.go` (no length prefix,
/// no guaranteed newline).
public struct IPCSplitter: Sendable {
    /// Why a stream cannot be split any further; the connection has to be dropped.
    public enum Failure: Error, Hashable, Sendable {
        /// A value is longer than the bound.
        case tooLong
        /// A byte that cannot begin a message (messages are objects or arrays) or a bracket that closes nothing.
        case unexpectedByte(UInt8)
    }
    private var buffer: [UInt8] = []
    private var depth = 0
    private var inString = false
    private var isEscaped = false
    private let bytesMax: Int

    /// A splitter for values of at most `bytesMax` bytes.
    public init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Takes the next piece; calls `emit` with each value that it completes. Each byte is looked at once.
    public mutating func feed(_ piece: some Sequence<UInt8>, _ emit: ([UInt8]) -> Void) throws(Failure) {
        for byte in piece {
            if depth == 0 {
                switch byte {
                case 0x20, 0x09, 0x0A, 0x0D: continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): break
                default: throw .unexpectedByte(byte)
                }
            }
            guard buffer.count < bytesMax else { throw .tooLong }
            buffer.append(byte)
            step(byte)
            if depth == 0 {
                emit(buffer)
                buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 20)
            }
        }
    }

    private mutating func step(_ byte: UInt8) {
        if inString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""): inString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }
}
