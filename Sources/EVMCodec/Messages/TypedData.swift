internal import EVMCrypto
public import EVMTypes

extension EIP712 {
    /// A typed-data document: its struct types, domain and message, ready to hash.
    public struct TypedData: Sendable {
        private let types: EIP712Types
        /// The struct type of the message.
        public let primaryType: String
        /// The domain as given.
        public let domain: JSONObject
        /// The message as given.
        public let message: JSONObject

        /// Reads and checks the declarations; values are checked when they are hashed.
        ///
        /// Without a declared `EIP712Domain` it is the domain's members in the EIP's order. O(types²).
        public init(json: JSON) throws(EIP712Error) {
            guard var declarations = json["types"]?.object else { throw EIP712Error(.malformed, "types") }
            guard let primaryType = json["primaryType"]?.string else { throw EIP712Error(.malformed, "primaryType") }
            guard let domain = json["domain"]?.object else { throw EIP712Error(.malformed, "domain") }
            guard let message = json["message"]?.object else { throw EIP712Error(.malformed, "message") }
            for key in domain.keys where DomainMember(rawValue: key) == nil { throw EIP712Error(.domainMember, key) }
            if declarations[domainType] == nil {
                declarations[domainType] = .array(
                    DomainMember.allCases.filter { domain[$0.rawValue] != nil }
                        .map { ["name": .string($0.rawValue), "type": .string($0.type)] })
            }
            types = try EIP712Types(declarations)
            for field in types.fields[domainType] ?? [] where DomainMember(rawValue: field.name) == nil {
                throw EIP712Error(.domainMember, field.name)
            }
            guard primaryType != domainType, types.fields[primaryType] != nil else {
                throw EIP712Error(.unknownType, "primaryType: \(primaryType)")
            }
            self.primaryType = primaryType
            self.domain = domain
            self.message = message
        }

        /// keccak256(0x19 0x01 ‖ domainSeparator ‖ hashStruct(message)): what is signed.
        public func digest() throws(EIP712Error) -> Hash32 {
            EIP712.digest(domainSeparator: try domainSeparator(), structHash: try messageHash())
        }

        /// hashStruct of the domain.
        public func domainSeparator() throws(EIP712Error) -> Hash32 { try hashStruct(domainType, domain, at: "domain") }

        /// hashStruct of the message.
        public func messageHash() throws(EIP712Error) -> Hash32 { try hashStruct(primaryType, message, at: "message") }

        /// The encoded type text of a struct, nil when it is not declared.
        public func encodedType(_ name: String) -> String? {
            types.fields[name] == nil ? nil : types.encodeType(name)
        }

        private func hashStruct(_ name: String, _ members: JSONObject, at path: String) throws(EIP712Error) -> Hash32 {
            guard let fields = types.fields[name], let typeHash = types.typeHashes[name] else {
                throw EIP712Error(.unknownType, name)
            }
            var words: [U256] = []
            for field in fields {
                guard let value = members[field.name] else { throw EIP712Error(.missing, "\(path).\(field.name)") }
                words.append(try word(value, field.type, at: "\(path).\(field.name)"))
            }
            if members.count != fields.count {
                let known = Set(fields.map(\.name))
                throw EIP712Error(.unexpected, "\(path).\(members.keys.first { !known.contains($0) } ?? "")")
            }
            return EIP712.hashStruct(typeHash: typeHash, words: words)
        }

        private func word(_ value: JSON, _ type: EIP712FieldType, at path: String) throws(EIP712Error) -> U256 {
            switch type {
            case .elementary(let elementary): return try EIP712.word(value, elementary, at: path)
            case .structure(let name):
                guard let members = value.object else { throw EIP712Error(.wrongValue, path) }
                return try hashStruct(name, members, at: path).word
            case .array(let element, let count):
                guard let elements = value.array, count == nil || elements.count == count else {
                    throw EIP712Error(.wrongValue, path)
                }
                var bytes: [UInt8] = []
                for (index, value) in elements.enumerated() {
                    bytes += try word(value, element, at: "\(path)[\(index)]").bigEndianBytes
                }
                return Keccak256.hash(bytes).word
            }
        }
    }

    /// The 32-byte encoding of an elementary value.
    static func word(_ value: JSON, _ type: ABIType, at path: String) throws(EIP712Error) -> U256 {
        switch type {
        case .bool:
            if let flag = value.bool { return flag ? .one : .zero }
        case .address:
            if let address = value.address { return address.word }
        case .string:
            if let text = value.string { return Keccak256.hash(Array(text.utf8)).word }
        case .bytes:
            if let bytes = value.hexBytes { return Keccak256.hash(bytes).word }
        case .fixedBytes(let count):
            if let bytes = value.hexBytes, bytes.count == count {
                return U256(bigEndian: bytes) << (8 * (32 - count))
            }
        case .uint(let bits):
            guard let (magnitude, isNegative) = integer(value) else { break }
            guard !isNegative || magnitude.isZero, magnitude.bitWidthUsed <= bits else {
                throw EIP712Error(.outOfRange, path)
            }
            return magnitude
        case .int(let bits):
            guard let (magnitude, isNegative) = integer(value) else { break }
            guard let number = I256(magnitude: magnitude, isNegative: isNegative), number.fits(bits: bits) else {
                throw EIP712Error(.outOfRange, path)
            }
            return number.bits
        case .array, .fixedArray, .tuple: break
        }
        throw EIP712Error(.wrongValue, path)
    }

    /// A whole number from a JSON number, a decimal string or a `0x` string.
    private static func integer(_ value: JSON) -> (magnitude: U256, isNegative: Bool)? {
        if let quantity = value.quantityU256 { return (quantity, false) }
        guard let text = value.string ?? value.numberText else { return nil }
        let isNegative = text.hasPrefix("-")
        guard let magnitude = U256(decimal: isNegative ? text.dropFirst() : text[...]) else { return nil }
        return (magnitude, isNegative)
    }
}
