public import EVMCodec
internal import EVMTypes

/// A log with its event's name and arguments, where the event is known.
public struct DecodedLog: Hashable, Sendable {
    /// One argument as text: numbers decimal, addresses hex.
    public struct Argument: Hashable, Sendable {
        /// The parameter's name.
        public var name: String
        /// Decimal, hex or text, as its type is written.
        public var value: String
    }

    /// As it was emitted.
    public var log: ReceiptLog
    /// Nil where the event is not known or the data does not fit it.
    public var event: String?
    /// In the order of the declaration; empty for an unknown event.
    public var arguments: [Argument] = []

    /// Reads a log. Data that does not fit its event leaves it undecoded.
    public init(_ log: ReceiptLog) {
        self.log = log
        guard let event = KnownEvents.event(log.topics) else { return }
        var topics = log.topics.dropFirst().makeIterator()
        var reader = WordReader(log.data)
        var found: [Argument] = []
        for parameter in event.parameters {
            let text: String?
            if parameter.isIndexed {
                text = topics.next().flatMap { Self.text($0.word, parameter.type) }
            } else if parameter.type == "uint256[]" {
                text = reader.next().flatMap { reader.array(at: $0) }.map { words in
                    "[" + words.map(\.description).joined(separator: ",") + "]"
                }
            } else {
                text = reader.next().flatMap { Self.text($0, parameter.type) }
            }
            guard let text else { return }
            found.append(Argument(name: parameter.name, value: text))
        }
        self.event = event.name
        arguments = found
    }

    private static func text(_ word: U256, _ type: String) -> String? {
        switch type {
        case "address": return Address(word: word)?.hex
        case "bool": return word <= .one ? (word.isZero ? "false" : "true") : nil
        case "int24", "int256": return I256(bits: word).description
        default: return word.description
        }
    }

    /// Name(argument: value, ...) at its contract; the raw log where the event is not known.
    public var line: String {
        guard let event else {
            let topics = log.topics.map(\.hex).joined(separator: " ")
            return "\(log.address.hex) topics [\(topics)] data \(Hex.encode(log.data))"
        }
        return "\(log.address.hex) \(event)(\(arguments.map { "\($0.name): \($0.value)" }.joined(separator: ", ")))"
    }

    /// The log as RPC has it, with `event` and `args` where it was decoded.
    public var json: JSON {
        var members: JSONObject = [
            "address": .address(log.address), "topics": .array(log.topics.map { .hash($0) }), "data": .hex(log.data),
        ]
        if let event {
            members["event"] = .string(event)
            var values: JSONObject = [:]
            for argument in arguments { values[argument.name] = .string(argument.value) }
            members["args"] = .object(values)
        }
        return .object(members)
    }
}

/// Reads 32-byte words; nil beyond the end.
private struct WordReader {
    private let data: [UInt8]
    private var position = 0

    init(_ data: [UInt8]) { self.data = data }

    mutating func next() -> U256? {
        defer { position += 32 }
        return word(at: position)
    }

    private func word(at start: Int) -> U256? {
        guard start >= 0, start <= data.count - 32 else { return nil }
        return U256(bigEndian: data[start..<start + 32])
    }

    func array(at offset: U256) -> [U256]? {
        guard let start = offset.asInt, start <= data.count, let count = word(at: start)?.asInt,
            count <= (data.count - start) / 32
        else { return nil }
        var words: [U256] = []
        for index in 0..<count {
            guard let word = word(at: start + 32 + 32 * index) else { return nil }
            words.append(word)
        }
        return words
    }
}
