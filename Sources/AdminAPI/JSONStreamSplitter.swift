/// Cuts a byte stream into JSON values that follow each other without length prefix or guaranteed newline, as geth's
/// IPC does.
///
/// It only finds where objects and arrays end (brackets outside strings); whether the bytes are JSON is the parser's
/// business.
/// Bounded: a value longer than `valueBytesMax` is an error. O(1) a byte, each byte is looked at once.
public struct JSONStreamSplitter: Sendable {
    /// The stream cannot be cut any more; the connection must end.
    public enum Fault: Error, Sendable, Equatable {
        /// A byte that begins neither object nor array, between values.
        case notAValue
        /// A value beyond the bound.
        case tooLong
    }

    private let valueBytesMax: Int
    private var bytes: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var complete: [[UInt8]] = []

    /// Makes a splitter for values of at most `valueBytesMax` bytes.
    public init(valueBytesMax: Int) { self.valueBytesMax = valueBytesMax }

    /// Whether a value has begun and not ended.
    public var isInsideValue: Bool { depth > 0 }

    /// Takes bytes; complete values are fetched with `next`. Values completed before a fault can still be fetched.
    public mutating func append(_ chunk: some Sequence<UInt8>) throws(Fault) {
        let input = Array(chunk)
        // Where the part of the present value that lies in this chunk begins.
        var start = 0
        for index in input.indices {
            let byte = input[index]
            if depth == 0 {
                start = index
                if byte == 0x20 || (0x09...0x0d).contains(byte) { continue }
                guard byte == 0x7b || byte == 0x5b else { throw .notAValue }
            }
            step(byte)
            if depth == 0 {
                try take(input[start...index])
                complete.append(bytes)
                bytes = []
            }
        }
        if depth > 0 { try take(input[start...]) }
    }

    private mutating func take(_ part: ArraySlice<UInt8>) throws(Fault) {
        guard bytes.count + part.count <= valueBytesMax else { throw .tooLong }
        bytes += part
    }

    /// The oldest complete value, once.
    public mutating func next() -> [UInt8]? { complete.isEmpty ? nil : complete.removeFirst() }

    private mutating func step(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == 0x5c {
                isEscaped = true
            } else if byte == 0x22 {
                isInString = false
            }
            return
        }
        switch byte {
        case 0x22: isInString = true
        case 0x7b, 0x5b: depth += 1
        case 0x7d, 0x5d: depth -= 1
        default: break
        }
    }
}
