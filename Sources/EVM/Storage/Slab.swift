/// A growable run of trivial values outside Swift's arrays: one owner, no uniqueness checks, capacity kept when
/// emptied.
///
/// Indices are not checked: every caller keeps them below `count`, and says why where it is not plain.
struct Slab<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int
    var count = 0

    /// Room for `capacity` values before the first growth; at least one.
    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    @inline(__always) subscript(index: Int) -> Element {
        unsafeAddress { UnsafePointer(base + index) }
        nonmutating unsafeMutableAddress { base + index }
    }

    /// Adds a value at the end; doubles the room when it is full.
    @inline(__always) mutating func append(_ value: Element) {
        if _slowPath(count == capacity) { grow(to: count + 1) }
        base[count] = value
        count &+= 1
    }

    /// Makes room for `wanted` values in all.
    @inline(never) mutating func grow(to wanted: Int) {
        let larger = max(capacity * 2, wanted)
        let fresh = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        fresh.update(from: base, count: count)
        base.deallocate()
        base = fresh
        capacity = larger
    }

    /// Adds `amount` values copied from `source`, which is not inside this slab.
    mutating func append(from source: UnsafePointer<Element>, count amount: Int) {
        if amount == 0 { return }
        if count + amount > capacity { grow(to: count + amount) }
        (base + count).update(from: source, count: amount)
        count += amount
    }
}
