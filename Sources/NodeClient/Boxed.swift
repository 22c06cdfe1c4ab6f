/// A value behind one reference, read as if it were the value itself: `boxed.member`.
///
/// Needed because Swift 6.3 on x86-64 breaks async functions that take a `UInt128` by value (so also `U256`, `Hash32`,
/// `Address`) and return more than four words: they jump to nowhere on return, in debug and release builds. What such
/// functions return is boxed, and errors are one reference for the same reason. `TypedThrowTests` shows the cases.
@dynamicMemberLookup
public struct Boxed<Value: Sendable>: Sendable {
    private final class Storage: Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }
    private let storage: Storage

    /// Boxes `value`: one allocation.
    public init(_ value: Value) { storage = Storage(value) }

    /// The value.
    public var value: Value { storage.value }

    /// A member of the value.
    public subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member { storage.value[keyPath: path] }
}

extension Boxed: Equatable where Value: Equatable {
    public static func == (a: Self, b: Self) -> Bool { a.value == b.value }
}
extension Boxed: Hashable where Value: Hashable {
    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
