internal import EVMTypes

/// One pass over a notification frame. Every method gives nil for "not the usual shape", which sends the frame to the
/// strict parser.
///
/// What it accepts is a subset of what the strict parser accepts: printable ASCII strings without escapes, plain
/// integers,
/// no member twice. Never traps: every index is compared with the end first.
struct FrameScanner {
    let frame: [UInt8]
    private(set) var position: Int
    private let end: Int

    /// Deepest nesting below the result object that is skipped; deeper goes to the strict parser.
    private static let depthMax = 8
    /// Most members without a slot that are compared for repeats; headers have about 16.
    private static let unknownMax = 32

    init(_ frame: [UInt8]) { self.init(frame, from: 0, to: frame.count) }

    init(_ frame: [UInt8], from start: Int, to end: Int) {
        self.frame = frame
        self.position = start
        self.end = end
    }

    // MARK: The frame

    mutating func message() -> SubscriptionScanner.Message? {
        guard end <= Int(Int32.max), take(UInt8(ascii: "{")) else { return nil }
        var sawVersion = false
        var sawMethod = false
        var notification: SubscriptionScanner.Message?
        repeat {
            guard let key = key() else { return nil }
            if matches(key, "params"), notification == nil {
                notification = parameters()
                guard notification != nil else { return nil }
            } else if matches(key, "method"), !sawMethod {
                guard let name = string(), matches(name, "eth_subscription") || matches(name, "subscribe") else {
                    return nil
                }
                sawMethod = true
            } else if matches(key, "jsonrpc"), !sawVersion {
                guard string() != nil else { return nil }
                sawVersion = true
            } else {
                return nil
            }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")), sawMethod else { return nil }
        skipSpace()
        return position == end ? notification : nil
    }

    private mutating func parameters() -> SubscriptionScanner.Message? {
        guard take(UInt8(ascii: "{")) else { return nil }
        var id: SubscriptionID?
        var event: SubscriptionScanner.Event?
        repeat {
            guard let key = key() else { return nil }
            if matches(key, "subscription"), id == nil {
                guard let text = string() else { return nil }
                id =
                    SubscriptionID.hex(frame, from: text.lowerBound, to: text.upperBound)
                    ?? .text(String(decoding: frame[text], as: UTF8.self))
            } else if matches(key, "result"), event == nil {
                event = result()
                guard event != nil else { return nil }
            } else {
                return nil
            }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")), let id, let event else { return nil }
        return .notification(id, event)
    }

    private mutating func result() -> SubscriptionScanner.Event? {
        guard let byte = peek() else { return nil }
        if byte == UInt8(ascii: "\"") {
            guard let text = string() else { return nil }
            let value = FrameValue(frame: frame, start: text.lowerBound - 1, end: text.upperBound + 1)
            return value.hash32.map { .pendingHash($0) }
        }
        guard byte == UInt8(ascii: "{"), let fields = fields(), let kind = RPCObjectError.Object(of: fields) else {
            return nil
        }
        do throws(RPCObjectError) {
            switch kind {
            case .log: return .log(try Log(fields: fields))
            case .header: return .header(try BlockHeader(fields: fields))
            case .transaction: return .pending(try PendingTransaction(fields: fields))
            }
        } catch { return nil }  // the strict way finds the same fault and reports it
    }

    /// The members of the object at `position`: known ones by slot, others only checked.
    private mutating func fields() -> FrameFields? {
        guard take(UInt8(ascii: "{")) else { return nil }
        var fields = FrameFields(frame: frame)
        var unknown: [Range<Int>] = []
        repeat {
            guard let key = key() else { return nil }
            skipSpace()
            let start = position
            guard skipValue(depth: 0) else { return nil }
            if let known = RPCKeyTable.key(frame, key) {
                guard fields.set(known, start, position) else { return nil }
            } else {
                guard unknown.count < Self.unknownMax, !unknown.contains(where: { same($0, key) }) else { return nil }
                unknown.append(key)
            }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? fields : nil
    }

    // MARK: Values

    /// Steps over any value of the usual shape.
    private mutating func skipValue(depth: Int) -> Bool {
        guard depth <= Self.depthMax, let byte = peek() else { return false }
        switch byte {
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "["):
            position += 1
            if take(UInt8(ascii: "]")) { return true }
            repeat { guard skipValue(depth: depth + 1) else { return false } } while take(UInt8(ascii: ","))
            return take(UInt8(ascii: "]"))
        case UInt8(ascii: "{"): return skipObject(depth: depth)
        case UInt8(ascii: "t"): return literal("true")
        case UInt8(ascii: "f"): return literal("false")
        case UInt8(ascii: "n"): return literal("null")
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return skipInteger()
        default: return false
        }
    }

    private mutating func skipObject(depth: Int) -> Bool {
        position += 1
        if take(UInt8(ascii: "}")) { return true }
        var keys: [Range<Int>] = []
        repeat {
            guard let key = key(), keys.count < Self.unknownMax, !keys.contains(where: { same($0, key) }) else {
                return false
            }
            keys.append(key)
            guard skipValue(depth: depth + 1) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    private mutating func skipInteger() -> Bool {
        let start = position
        while position < end, frame[position] &- 0x30 < 10 { position += 1 }  // wraps below "0": meant
        if position - start > 1, frame[start] == UInt8(ascii: "0") { return false }
        guard position < end else { return false }
        switch frame[position] {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return false
        default: return true
        }
    }

    // MARK: Tokens

    /// The content of the string at the next byte that is no space; nil unless it is printable ASCII without a
    /// backslash.
    mutating func string() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        let ones: UInt64 = 0x0101_0101_0101_0101
        while position + 8 <= end {
            let text = HexScan.load8(frame.span, position)
            // The lowest marked byte is exact; borrows can only mark bytes above it.
            let quote = text ^ ones &* 0x22
            let backslash = text ^ ones &* 0x5C
            let marks =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (text &- ones &* 0x20) & ~text | text)
                & (ones &* 0x80)
            guard marks == 0 else {
                position += marks.trailingZeroBitCount / 8
                guard frame[position] == UInt8(ascii: "\"") else { return nil }
                position += 1
                return start..<position - 1
            }
            position += 8
        }
        while position < end {
            let byte = frame[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return start..<position - 1 }
            guard (0x20..<0x80).contains(byte), byte != UInt8(ascii: "\\") else { return nil }
        }
        return nil
    }

    /// A member name and the colon after it.
    mutating func key() -> Range<Int>? {
        guard let name = string(), take(UInt8(ascii: ":")) else { return nil }
        return name
    }

    private mutating func skipSpace() {
        while position < end {
            switch frame[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// The next byte that is no space, not consumed.
    private mutating func peek() -> UInt8? {
        skipSpace()
        return position < end ? frame[position] : nil
    }

    /// Consumes `byte` if it is the next that is no space.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func literal(_ text: StaticString) -> Bool {
        guard matches(position..<min(end, position + text.utf8CodeUnitCount), text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    /// True when the bytes in `range` are `text`.
    func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count {
            // Within the static string: offset is below its count, which was compared above.
            let expected = unsafe text.utf8Start[offset]
            if frame[range.lowerBound + offset] != expected { return false }
        }
        return true
    }

    private func same(_ a: Range<Int>, _ b: Range<Int>) -> Bool { frame[a].elementsEqual(frame[b]) }
}
