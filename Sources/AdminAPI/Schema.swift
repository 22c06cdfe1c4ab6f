public import EVMCodec
import EVMTypes

/// The part of JSON Schema that the method table needs. One value both checks parameters and prints itself into the
/// OpenRPC document, so the two cannot differ.
public indirect enum Schema: Sendable {
    /// Any JSON value.
    case any
    /// `true` or `false`.
    case boolean
    /// An integer number within bounds.
    case integer(ClosedRange<Int>)
    /// A string of at most that many Unicode scalars.
    case string(max: Int)
    /// One of these strings.
    case choice([String])
    /// An address: `0x` and 40 hex digits of any case.
    case address
    /// An array with at most that many elements.
    case array(Schema, max: Int)
    /// An object with these members; others are refused unless `isOpen`.
    case object([Member], isOpen: Bool)
    /// The schema or `null`.
    case nullable(Schema)

    /// A member of an object, or a parameter of a method.
    public struct Member: Sendable {
        /// Its name.
        public let name: String
        /// What it means, one sentence.
        public let summary: String
        /// What it must be.
        public let schema: Schema
        /// Whether it must be there.
        public let isRequired: Bool

        /// Makes a member.
        public init(_ name: String, _ schema: Schema, required: Bool = false, _ summary: String) {
            self.name = name
            self.schema = schema
            self.summary = summary
            isRequired = required
        }
    }

    /// Why `value` does not fit, as one clear line that starts with `path`; nil when it fits. O(value).
    public func fault(of value: JSON, at path: String) -> String? {
        switch self {
        case .any: return nil
        case .boolean: return value.bool == nil ? "\(path) must be true or false" : nil
        case .integer(let range):
            guard let number = value.int, range.contains(number) else {
                return "\(path) must be an integer from \(range.lowerBound) to \(range.upperBound)"
            }
            return nil
        case .string(let longest):
            guard let text = value.string else { return "\(path) must be a string" }
            return text.unicodeScalars.count > longest ? "\(path) must have at most \(longest) characters" : nil
        case .choice(let words):
            guard let text = value.string, words.contains(text) else {
                return "\(path) must be one of \(words.joined(separator: ", "))"
            }
            return nil
        case .address:
            guard let text = value.string, text.hasPrefix("0x"), Address(hex: text) != nil else {
                return "\(path) must be an address: 0x and 40 hex digits"
            }
            return nil
        case .array(let element, let longest):
            guard let elements = value.array else { return "\(path) must be an array" }
            if elements.count > longest { return "\(path) must have at most \(longest) elements" }
            return elements.enumerated().lazy.compactMap { element.fault(of: $1, at: "\(path)[\($0)]") }.first
        case .object(let members, let isOpen): return Schema.fault(of: value, members, isOpen: isOpen, at: path)
        case .nullable(let inner): return value.isNull ? nil : inner.fault(of: value, at: path)
        }
    }

    private static func fault(of value: JSON, _ members: [Member], isOpen: Bool, at path: String) -> String? {
        guard let object = value.object else { return "\(path) must be an object" }
        if !isOpen, let extra = object.keys.first(where: { key in !members.contains { $0.name == key } }) {
            let known = members.map(\.name).joined(separator: ", ")
            return "\(path) has no member \(Schema.bounded(extra)); it takes \(known.isEmpty ? "none" : known)"
        }
        for member in members {
            guard let found = object[member.name] else {
                if member.isRequired { return "\(path).\(member.name) is missing" }
                continue
            }
            if let fault = member.schema.fault(of: found, at: "\(path).\(member.name)") { return fault }
        }
        return nil
    }

    /// The schema as JSON Schema (draft 7 words, which OpenRPC uses).
    public var json: JSON {
        switch self {
        case .any: return .object(JSONObject())
        case .boolean: return ["type": "boolean"]
        case .integer(let range):
            return ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .string(let longest): return ["type": "string", "maxLength": .integer(longest)]
        case .choice(let words): return ["type": "string", "enum": .array(words.map { .string($0) })]
        case .address: return ["type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"]
        case .array(let element, let longest):
            return ["type": "array", "items": element.json, "maxItems": .integer(longest)]
        case .object(let members, let isOpen):
            var properties = JSONObject()
            for member in members { properties[member.name] = member.described }
            let required = members.filter(\.isRequired).map { JSON.string($0.name) }
            return [
                "type": "object", "properties": .object(properties), "required": .array(required),
                "additionalProperties": .bool(isOpen),
            ]
        case .nullable(let inner): return ["oneOf": .array([inner.json, ["type": "null"]])]
        }
    }

    /// At most 40 characters of a name that somebody else chose, without control characters.
    static func bounded(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(40).filter { $0.properties.generalCategory != .control }))
    }
}

extension Schema.Member {
    /// The schema with the summary as its description.
    fileprivate var described: JSON {
        guard case .object(var object) = schema.json else { return schema.json }
        object["description"] = .string(summary)
        return .object(object)
    }
}
