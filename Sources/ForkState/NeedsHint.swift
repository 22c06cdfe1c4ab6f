internal import Database
internal import EVM
internal import EVMCodec
internal import EVMTypes
internal import Synchronization

/// Which contract, and which of its functions.
struct HintKey: Hashable {
    var contract: Address
    /// The first four bytes of the calldata, fewer when there are fewer.
    var selector: [UInt8]

    init(_ contract: Address, _ data: [UInt8]) {
        self.contract = contract
        selector = Array(data.prefix(4))
    }

    var bytes: [UInt8] { contract.bytes + selector }
}

/// What runs of one function touched lately.
///
/// A key that the last `ageMax` runs did not touch is forgotten, so that the slots of single users do not pile up.
struct NeedsHint: Hashable {
    static let ageMax: UInt8 = 3
    static let keysMax = 512

    /// Runs since the key was touched.
    var ages: [StateNeed: UInt8] = [:]

    var needs: [StateNeed] { Array(ages.keys) }

    init() {}

    /// Takes over what a run touched. Bounded: what is above `keysMax` is left out.
    mutating func note(_ touched: [AccessListEntry]) {
        ages = ages.compactMapValues { $0 < Self.ageMax ? $0 + 1 : nil }
        func touch(_ need: StateNeed) {
            if ages[need] != nil || ages.count < Self.keysMax { ages[need] = 0 }
        }
        for entry in touched {
            touch(.account(entry.address))
            for key in entry.storageKeys { touch(.slot(entry.address, key.word)) }
        }
    }

    init?(_ bytes: [UInt8]) {
        var reader = RecordReader(bytes)
        while let kind = reader.byte() {
            guard let age = reader.byte(), let address = reader.address() else { return nil }
            if kind == 0 {
                ages[.account(address)] = age
            } else {
                guard let slot = reader.word() else { return nil }
                ages[.slot(address, slot)] = age
            }
            guard ages.count <= Self.keysMax else { return nil }
        }
    }

    var bytes: [UInt8] {
        var out: [UInt8] = []
        for (need, age) in ages {
            switch need {
            case .account(let address): out += [0, age] + address.bytes
            case .slot(let address, let slot): out += [1, age] + address.bytes + slot.bigEndianBytes
            case .code, .blockHash: break
            }
        }
        return out
    }
}

extension ForkSource {
    /// What is remembered of a function, from memory or the cache.
    func hint(for key: HintKey) -> NeedsHint? {
        if let held = hints.withLock({ $0[key] }) { return held }
        guard let held = cache?.hint(key) else { return nil }
        keep(held, key)
        return held
    }

    func learn(_ key: HintKey, _ touched: [AccessListEntry]) {
        let before = hint(for: key) ?? NeedsHint()
        var after = before
        after.note(touched)
        keep(after, key)
        // Ages alone are not worth a write.
        if Set(after.ages.keys) != Set(before.ages.keys) { cache?.keepHint(after, key) }
    }

    private func keep(_ hint: NeedsHint, _ key: HintKey) {
        hints.withLock { hints in
            // Bounded: beyond it all are forgotten, and come back from the cache as they are used.
            if hints.count >= 4_096, hints[key] == nil { hints = [:] }
            hints[key] = hint
        }
    }
}

extension StateCache {
    func hint(_ key: HintKey) -> NeedsHint? { record(.hints, key.bytes).flatMap { NeedsHint($0) } }

    /// Keeps a hint; when there are too many, all are dropped and learned again.
    func keepHint(_ hint: NeedsHint, _ key: HintKey) {
        write { store, database in
            let bytes = key.bytes
            if try database.get(.hints, bytes) == nil {
                if store.hintCount >= options.hintsMax {
                    try Self.clear(.hints, [], database)
                    store.hintCount = 0
                }
                store.hintCount += 1
            }
            return [RocksDatabase.Write(column: .hints, key: bytes, value: CacheRecord.seal(bytes, hint.bytes))]
        }
    }
}
