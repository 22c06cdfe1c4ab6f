internal import EVMCodec
internal import EVMTypes

/// Why a test file, or one case of it, cannot be used: one line that names file, case and what is wrong.
public struct TestFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Path of the file; empty where the reader does not know it.
    public var file: String
    /// Name of the case; empty when the file as a whole is at fault.
    public var name: String
    /// What is wrong, and with which member.
    public var problem: String

    public init(file: String = "", name: String = "", _ problem: String) {
        self.file = file
        self.name = name
        self.problem = problem
    }

    /// `file: case: problem`, parts that are not known left out.
    public var description: String { [file, name, problem].filter { !$0.isEmpty }.joined(separator: ": ") }
}

/// Reads of one member of a JSON object that must be there in a certain shape.
extension JSON {
    func member(_ key: String) throws(TestFileError) -> JSON {
        guard case .object(let members) = self else { throw TestFileError("an object with \(key) is expected") }
        guard let value = members[key] else { throw TestFileError("\(key) is missing") }
        return value
    }

    func word(_ key: String) throws(TestFileError) -> U256 {
        guard let value = try member(key).quantityU256 else {
            throw TestFileError("\(key) is no quantity of at most 256 bits")
        }
        return value
    }

    func number(_ key: String) throws(TestFileError) -> UInt64 {
        guard let value = try word(key).asUInt64 else { throw TestFileError("\(key) is beyond 64 bits") }
        return value
    }

    func bytes(_ key: String) throws(TestFileError) -> [UInt8] {
        guard let value = try member(key).hexBytes else { throw TestFileError("\(key) is no hex data") }
        return value
    }

    func address(_ key: String) throws(TestFileError) -> Address {
        guard let value = try member(key).address else { throw TestFileError("\(key) is no address") }
        return value
    }

    func hash(_ key: String) throws(TestFileError) -> Hash32 {
        guard let value = try member(key).hash32 else { throw TestFileError("\(key) is no 32-byte hash") }
        return value
    }

    func list(_ key: String) throws(TestFileError) -> [JSON] {
        guard let value = try member(key).array else { throw TestFileError("\(key) is no list") }
        return value
    }

    func members(_ key: String) throws(TestFileError) -> JSONObject {
        guard let value = try member(key).object else { throw TestFileError("\(key) is no object") }
        return value
    }
}
