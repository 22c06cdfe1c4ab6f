internal import EVMCrypto
internal import EVMTypes

/// One member of a struct type.
struct EIP712Field: Hashable, Sendable {
    let name: String
    /// The type as written, which is what the type hash covers.
    let typeText: String
    let type: EIP712FieldType
}

/// A member's type.
indirect enum EIP712FieldType: Hashable, Sendable {
    case elementary(ABIType)
    case structure(String)
    /// `T[]` (nil) or `T[n]`.
    case array(EIP712FieldType, Int?)

    /// The struct at the bottom of this type, if any.
    var structureName: String? {
        switch self {
        case .elementary: nil
        case .structure(let name): name
        case .array(let element, _): element.structureName
        }
    }
}

/// The struct types of a document with their type hashes, computed once.
struct EIP712Types: Sendable {
    private(set) var fields: [String: [EIP712Field]] = [:]
    private(set) var typeHashes: [String: Hash32] = [:]
    static let countMax = 256

    init(_ declarations: JSONObject) throws(EIP712Error) {
        guard declarations.count <= Self.countMax else { throw EIP712Error(.tooManyTypes, "types") }
        let names = Set(declarations.keys)
        for (name, list) in zip(declarations.keys, declarations.values) {
            guard Self.isIdentifier(name), !Self.isElementary(name) else { throw EIP712Error(.badDeclaration, name) }
            guard let members = list.array else { throw EIP712Error(.malformed, "types.\(name)") }
            fields[name] = try Self.members(members, of: name, known: names)
        }
        for name in declarations.keys { typeHashes[name] = Keccak256.hash(Array(encodeType(name).utf8)) }
    }

    private static func members(
        _ members: [JSON], of name: String, known: Set<String>
    ) throws(EIP712Error) -> [EIP712Field] {
        var seen = Set<String>()
        var result: [EIP712Field] = []
        for member in members {
            guard let field = member["name"]?.string, let text = member["type"]?.string else {
                throw EIP712Error(.malformed, "types.\(name)")
            }
            guard isIdentifier(field), seen.insert(field).inserted else {
                throw EIP712Error(.badDeclaration, "\(name).\(field)")
            }
            guard let type = type(text[...], known: known, depth: 0) else {
                throw EIP712Error(.unknownType, "\(name).\(field): \(text)")
            }
            result.append(EIP712Field(name: field, typeText: text, type: type))
        }
        return result
    }

    /// Parses a member's type from the right: array suffixes first, then the name.
    private static func type(_ text: Substring, known: Set<String>, depth: Int) -> EIP712FieldType? {
        guard depth <= ABIType.depthMax else { return nil }
        if text.last == "]" {
            guard let open = text.lastIndex(of: "[") else { return nil }
            let digits = text[text.index(after: open)...].dropLast()
            guard let element = type(text[..<open], known: known, depth: depth + 1) else { return nil }
            if digits.isEmpty { return .array(element, nil) }
            guard let count = Int(digits), count > 0, String(count) == digits else { return nil }
            return .array(element, count)
        }
        let name = String(text)
        if known.contains(name) { return .structure(name) }
        guard isElementary(name), let type = try? ABIType(name) else { return nil }
        return .elementary(type)
    }

    /// True for a name that is an elementary type in canonical form (no alias, array or tuple).
    private static func isElementary(_ name: String) -> Bool {
        guard !name.hasPrefix("("), !name.hasSuffix("]") else { return false }
        return (try? ABIType(name))?.description == name
    }

    private static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
                true
            default: false
            }
        }
    }

    /// `Name(type member,…)` followed by every struct it reaches, sorted by name.
    func encodeType(_ name: String) -> String {
        var reached: Set<String> = [name]
        var open = [name]
        while let next = open.popLast() {
            for field in fields[next] ?? [] {
                if let inner = field.type.structureName, reached.insert(inner).inserted { open.append(inner) }
            }
        }
        reached.remove(name)
        return ([name] + reached.sorted()).map { one in
            "\(one)(" + (fields[one] ?? []).map { "\($0.typeText) \($0.name)" }.joined(separator: ",") + ")"
        }.joined()
    }
}
