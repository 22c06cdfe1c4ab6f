/// A value that must not be printed: URLs with keys, credentials, unsent bundles.
///
/// Every way of printing it (interpolation, `dump`, `debugPrint`, mirrors) gives `<redacted>`; the value is read by `value` only.
public struct Redacted<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The protected value. Never interpolate it into a message.
    public let value: Value

    public init(_ value: Value) { self.value = value }

    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Redacted: Equatable where Value: Equatable {}
extension Redacted: Hashable where Value: Hashable {}
