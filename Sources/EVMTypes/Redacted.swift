/// A value that never prints: description, interpolation, dump and mirror all show `<redacted>`.
///
/// For passwords, URLs with keys in them, unsent bundles. Reading the value is explicit: `.value`.
@frozen public struct Redacted<Value> {
    /// The value itself. Never log what this returns.
    public let value: Value

    /// Wraps `value`. O(1).
    @inlinable public init(_ value: Value) { self.value = value }
}

extension Redacted: Sendable where Value: Sendable {}
extension Redacted: Equatable where Value: Equatable {}
extension Redacted: Hashable where Value: Hashable {}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
