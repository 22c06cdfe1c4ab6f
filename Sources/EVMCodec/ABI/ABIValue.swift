public import EVMTypes

/// A value of an `ABIType`, for cold paths; hot paths use `ABIEncoder` and `ABIReader` directly.
public indirect enum ABIValue: Hashable, Sendable {
    case uint(U256)
    case int(I256)
    case address(Address)
    case bool(Bool)
    case fixedBytes([UInt8])
    case bytes([UInt8])
    case string(String)
    /// Of `T[]` and `T[n]`.
    case array([ABIValue])
    case tuple([ABIValue])
}

extension ABIEncoder {
    /// Appends `values` of the given types. Throws `.wrongType` when one does not fit.
    public mutating func append(_ values: [ABIValue], as types: [ABIType]) throws(ABIError) {
        guard values.count == types.count else { throw .wrongType }
        for (value, type) in zip(values, types) { try append(value, as: type) }
    }

    /// Appends one value. Throws `.wrongType` when it does not fit `type`.
    public mutating func append(_ value: ABIValue, as type: ABIType) throws(ABIError) {
        switch (value, type) {
        case (.uint(let number), .uint(let bits)) where number.bitWidthUsed <= bits: append(number)
        case (.int(let number), .int(let bits)) where number.fits(bits: bits): append(number)
        case (.address(let address), .address): append(address)
        case (.bool(let flag), .bool): append(flag)
        case (.fixedBytes(let bytes), .fixedBytes(let count)) where bytes.count == count: append(fixedBytes: bytes)
        case (.bytes(let bytes), .bytes): append(bytes: bytes)
        case (.string(let text), .string): append(string: text)
        case (.array(let elements), .array(let element)):
            try appendArray(elements) { encoder, value throws(ABIError) in try encoder.append(value, as: element) }
        case (.array(let elements), .fixedArray(let element, let count)) where elements.count == count:
            try appendMembers(elements, isDynamic: type.isDynamic) { _ in element }
        case (.tuple(let values), .tuple(let members)) where values.count == members.count:
            try appendMembers(values, isDynamic: type.isDynamic) { members[$0] }
        default: throw .wrongType
        }
    }

    private mutating func appendMembers(
        _ values: [ABIValue], isDynamic: Bool, _ type: (Int) -> ABIType
    ) throws(ABIError) {
        guard isDynamic else {
            for (index, value) in values.enumerated() { try append(value, as: type(index)) }
            return
        }
        try appendTuple { inner throws(ABIError) in
            for (index, value) in values.enumerated() { try inner.append(value, as: type(index)) }
        }
    }
}

extension ABIReader {
    /// Reads values of the given types in order.
    public mutating func values(_ types: [ABIType]) throws(ABIError) -> [ABIValue] {
        var values: [ABIValue] = []
        values.reserveCapacity(types.count)
        for type in types { values.append(try value(type)) }
        return values
    }

    /// Reads one value.
    public mutating func value(_ type: ABIType) throws(ABIError) -> ABIValue {
        switch type {
        case .uint(let bits): return .uint(try uint(bits: bits))
        case .int(let bits): return .int(try int(bits: bits))
        case .address: return .address(try address())
        case .bool: return .bool(try bool())
        case .fixedBytes(let count): return .fixedBytes(try fixedBytes(count))
        case .bytes: return .bytes(Array(try bytes()))
        case .string: return .string(try string())
        case .array(let element):
            return .array(try array { reader throws(ABIError) in try reader.value(element) })
        case .fixedArray(let element, let count):
            return .array(try members(isDynamic: type.isDynamic, count) { _ in element })
        case .tuple(let members):
            return .tuple(try self.members(isDynamic: type.isDynamic, members.count) { members[$0] })
        }
    }

    private mutating func members(
        isDynamic: Bool, _ count: Int, _ type: (Int) -> ABIType
    ) throws(ABIError) -> [ABIValue] {
        if isDynamic {
            return try tuple { reader throws(ABIError) in try reader.inPlace(count, type) }
        }
        return try inPlace(count, type)
    }

    private mutating func inPlace(_ count: Int, _ type: (Int) -> ABIType) throws(ABIError) -> [ABIValue] {
        var values: [ABIValue] = []
        for index in 0..<count { values.append(try value(type(index))) }
        return values
    }
}

extension I256 {
    /// True when the value lies in -2^(bits-1) ..< 2^(bits-1).
    func fits(bits width: Int) -> Bool { (isNegative ? ~bits : bits).bitWidthUsed <= width - 1 }
}
