internal import Database
internal import EVMCodec
internal import EVMTypes

// Blocks, and how old ones make room.
extension StateCache {
    /// The block with this hash.
    func block(_ hash: Hash32) -> PinnedBlock? {
        read { store, _ in store.blocks[hash]?.block(hash) }
    }

    /// The block that this node last had under a number.
    func block(number: UInt64, label: String) -> PinnedBlock? {
        read { store, _ in
            let own = store.blocks.filter { $1.label == label }.sorted { $0.value.lastUse > $1.value.lastUse }
            for (hash, record) in own {
                if let block = record.block(hash), block.number == number { return block }
            }
            return nil
        }
    }

    /// The block that this node last had as its head.
    func latestBlock(label: String) -> PinnedBlock? {
        read { store, _ in
            let own = store.blocks.filter { $1.label == label && $1.latestUse > 0 }
            return own.max { $0.value.latestUse < $1.value.latestUse }.flatMap { $0.value.block($0.key) }
        }
    }

    /// Keeps a block's header, marks it as used now, and removes the blocks used longest ago.
    func keepBlock(_ block: PinnedBlock, label: String, isLatest: Bool) {
        write { store, database in
            var record = BlockRecord(
                lastUse: store.clock, latestUse: isLatest ? store.clock : 0, isHashProven: block.isHashProven,
                label: label, header: block.header.encoded())
            if let before = store.blocks[block.hash], before.label == label, !isLatest {
                record.latestUse = before.latestUse
            }
            store.clock += 1
            store.blocks[block.hash] = record
            let key = block.hash.bytes
            var rows = [RocksDatabase.Write(column: .blocks, key: key, value: CacheRecord.seal(key, record.bytes))]
            while store.blocks.count > max(1, options.blocksMax),
                let oldest = store.blocks.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
            {
                store.blocks[oldest] = nil
                // First the block's row: rows of a block without one are unreachable, and gone at the next pruning.
                rows.append(RocksDatabase.Write(column: .blocks, key: oldest.bytes, value: nil))
                try Self.clear(.state, oldest.bytes, database)
            }
            return rows
        }
    }

    /// Marks a block as used now.
    func touch(_ hash: Hash32) {
        write { store, _ in
            guard var record = store.blocks[hash] else { return [] }
            record.lastUse = store.clock
            store.clock += 1
            store.blocks[hash] = record
            return [
                RocksDatabase.Write(
                    column: .blocks, key: hash.bytes, value: CacheRecord.seal(hash.bytes, record.bytes))
            ]
        }
    }
}
