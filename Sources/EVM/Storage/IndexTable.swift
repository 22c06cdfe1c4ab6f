internal import EVMTypes

/// An open-addressing table from hashes to record indices, emptied in constant time.
///
/// A cell holds 16 bits of generation, 16 bits of the hash as a tag, and the index. A cell of another generation is
/// empty. The load stays at or below one half.
struct IndexTable: ~Copyable {
    private var cells: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private var generation: UInt64 = 1
    private var used = 0

    /// A table for about `capacity` entries before it grows.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        cells = .allocate(capacity: size)
        cells.initialize(repeating: 0, count: size)
        mask = size - 1
    }

    deinit { cells.deallocate() }

    /// The index of the entry with this hash for which `matches` holds; -1 when there is none.
    @inline(__always) func find(_ hash: UInt64, _ matches: (Int) -> Bool) -> Int {
        let wanted = generation &<< 48 | (hash &>> 48) &<< 32
        var at = Int(truncatingIfNeeded: hash) & mask
        while true {
            let cell = cells[at]
            if cell &>> 48 != generation { return -1 }
            if cell & 0xffff_ffff_0000_0000 == wanted {
                let index = Int(truncatingIfNeeded: cell & 0xffff_ffff)
                if matches(index) { return index }
            }
            at = (at &+ 1) & mask
        }
    }

    /// Adds an entry that is not there yet. `hashOf` gives the hash of an index already in the table, for growing.
    @inline(__always) mutating func insert(_ hash: UInt64, _ index: Int, hashOf: (Int) -> UInt64) {
        if _slowPath(used &* 2 > mask) { grow(hashOf) }
        place(hash, index)
        used &+= 1
    }

    @inline(__always) private func place(_ hash: UInt64, _ index: Int) {
        var at = Int(truncatingIfNeeded: hash) & mask
        while cells[at] &>> 48 == generation { at = (at &+ 1) & mask }
        cells[at] = generation &<< 48 | (hash &>> 48) &<< 32 | UInt64(truncatingIfNeeded: index)
    }

    private mutating func grow(_ hashOf: (Int) -> UInt64) {
        let old = cells, oldSize = mask + 1
        cells = .allocate(capacity: oldSize * 2)
        cells.initialize(repeating: 0, count: oldSize * 2)
        mask = oldSize * 2 - 1
        for at in 0..<oldSize where old[at] &>> 48 == generation {
            let index = Int(old[at] & 0xffff_ffff)
            place(hashOf(index), index)
        }
        old.deallocate()
    }

    /// Drops all entries. Constant time, but for one clearing in 65,535.
    mutating func removeAll() {
        used = 0
        generation += 1
        if generation > 0xffff {
            generation = 1
            cells.update(repeating: 0, count: mask + 1)
        }
    }
}

/// Hashing of the tables' keys with secret constants: contracts choose slots and addresses, and must not be able to
/// choose collisions. Only probe order depends on them, never a result.
struct HashSeed: Sendable {
    let a: UInt64, b: UInt64, c: UInt64, d: UInt64

    static let process = HashSeed()

    private init() {
        a = .random(in: .min ... .max)
        b = .random(in: .min ... .max)
        c = .random(in: .min ... .max)
        d = .random(in: .min ... .max)
    }

    @inline(__always) private func fold(_ x: UInt64, _ y: UInt64) -> UInt64 {
        let (high, low) = x.multipliedFullWidth(by: y)
        return high ^ low
    }

    @inline(__always) func hash(_ key: U256, _ account: Int32) -> UInt64 {
        let salt = UInt64(truncatingIfNeeded: account) &* 0x9e37_79b9_7f4a_7c15
        return fold(fold(key.w0 ^ a, key.w1 ^ b) ^ salt ^ c, fold(key.w2 ^ c, key.w3 ^ d) ^ a)
    }

    @inline(__always) func hash(_ address: Address) -> UInt64 {
        let low = UInt64(truncatingIfNeeded: address.low), high = UInt64(truncatingIfNeeded: address.low >> 64)
        return fold(fold(low ^ a, high ^ b) ^ c, UInt64(address.high) ^ d)
    }
}
