import EVM
import EVMCodec
import EVMTypes
import Foundation

extension DevnetChain {
    /// Makes one block of what waits: bundles for its height first, then the pool by effective tip, then by arrival.
    @discardableResult
    public func mine(timestamp: UInt64? = nil) async throws(DevnetError) -> SealedBlock {
        try await withState { chain throws(DevnetError) in try chain.mineNow(timestamp: timestamp) }
    }

    /// As `mine`, for a chain that lacks nothing.
    func mineNow(timestamp: UInt64? = nil) throws(DevnetError) -> SealedBlock {
        do throws(DevnetError) {
            var draft = try draft(timestamp: timestamp)
            try open(draft)
            let bundles = try putBundles(into: &draft)
            try putPool(into: &draft)
            let block = try close(draft)
            settle(bundles)
            append(block)
            return block
        } catch {
            machine.overlay.removeAll()
            throw error
        }
    }

    /// Fills the block from the pool. A transaction that cannot be in it stops its sender's queue.
    private func putPool(into draft: inout BlockDraft) throws(DevnetError) {
        let baseFee = draft.environment.baseFee
        let included = Set(draft.transactions.map(\.pooled.hash))
        var ready = PoolOrder()
        for sender in pool.senders.keys {
            // A bundle may have used nonces of this block already: what is mined is left out of the queue.
            let nonce = try headAccount(sender)?.nonce ?? 0
            let queue = pool.executable(of: sender, from: nonce).filter { !included.contains($0.hash) }
            ready.add(queue, baseFee: baseFee)
        }
        while draft.gasLeft >= 21_000, let next = ready.next() {
            if next.transaction.gasLimit > draft.gasLeft {
                ready.drop()
                continue
            }
            if try put(next, into: &draft) == nil { ready.advance(baseFee: baseFee) } else { ready.drop() }
        }
    }

    /// Takes a block over as the new head.
    func append(_ block: SealedBlock) {
        blocks.append(block)
        numberOfBlock[block.hash] = block.number
        world.setBlockHash(block.number, block.hash)
        if block.number >= 256 { world.setBlockHash(block.number - 256, nil) }
        settings.nextTimestamp = nil
        settings.nextBaseFee = nil
        settings.nextRandao = nil
        if config.clock == .fixed { settings.timeOffset = 0 }
        var senders = Set<Address>()
        for (index, mined) in block.transactions.enumerated() {
            placeOfTransaction[mined.pooled.hash] = (block.number, index)
            senders.insert(mined.pooled.sender)
        }
        for sender in senders { prune(sender) }
        prunePrivate()
        trim()
        observers.mined(block)
        for sender in senders { announce(sender) }
    }

    /// Forgets blocks beyond the bound.
    private func trim() {
        let slack = max(64, config.keepBlocks / 8)
        guard blocks.count > max(256, config.keepBlocks) + slack else { return }
        let excess = blocks.count - max(256, config.keepBlocks)
        for block in blocks[..<excess] {
            numberOfBlock[block.hash] = nil
            for mined in block.transactions { placeOfTransaction[mined.pooled.hash] = nil }
        }
        blocks.removeFirst(excess)
        world.forget(before: blocks[0].position)
    }

    private func prune(_ sender: Address) {
        guard let account = world.head.account(sender) ?? nil else { return }
        pool.prune(sender: sender, nonce: account.nonce, nextBlock: head.number + 1)
    }

    private func prunePrivate() {
        for hash in pool.privateHashes {
            if let last = pool.byHash[hash]?.privateUntil, last <= head.number { pool.remove(hash) }
        }
    }

    // MARK: Time

    /// The timestamp of the block after the head: what was set, else the clock's. See `ChainClock`.
    func nextTimestamp() -> UInt64 {
        let parent = head.header.timestamp
        if let set = settings.nextTimestamp { return set }
        let offset = settings.timeOffset
        switch config.clock {
        case .fixed:
            return parent.addingReportingOverflow(settings.timeStep).partialValue
                .addingReportingOverflow(UInt64(max(0, offset))).partialValue
        case .wall:
            let now = Int64(Date().timeIntervalSince1970)
            return max(parent + 1, UInt64(max(0, now.addingReportingOverflow(offset).partialValue)))
        }
    }

    // MARK: Interval

    /// Changes when blocks are made.
    public func setMining(_ mode: MiningMode) {
        settings.mining = mode
        miner?.cancel()
        miner = nil
        guard case .interval(let period) = mode else { return }
        miner = Task { [weak self] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: period) } catch { return }
                guard let self else { return }
                await self.tick()
            }
        }
    }

    private func tick() async {
        do { try await mine() } catch { observers.failed("a block could not be made: \(error)") }
    }

    /// Starts mining by interval when the configuration says so. The server calls it.
    public func start() { setMining(settings.mining) }

    /// Stops mining by interval.
    public func stop() {
        miner?.cancel()
        miner = nil
    }
}

/// The first transaction of every sender's queue, best first.
struct PoolOrder {
    private struct Queue {
        var tip: U256
        var arrival: UInt64
        var items: [PooledTransaction]
        var position = 0

        func precedes(_ other: Queue) -> Bool { tip != other.tip ? tip > other.tip : arrival < other.arrival }
    }

    /// A binary heap.
    private var heap: [Queue] = []

    /// Adds a sender's queue; nothing when its first cannot pay the base fee.
    mutating func add(_ items: [PooledTransaction], baseFee: U256) {
        guard let first = items.first, let tip = first.transaction.effectiveTip(baseFee: baseFee) else { return }
        heap.append(Queue(tip: tip, arrival: first.arrival, items: items))
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The best transaction, which stays.
    func next() -> PooledTransaction? { heap.first.map { $0.items[$0.position] } }

    /// Goes on to the next of the best one's sender.
    mutating func advance(baseFee: U256) {
        heap[0].position += 1
        guard heap[0].position < heap[0].items.count,
            let tip = heap[0].items[heap[0].position].transaction.effectiveTip(baseFee: baseFee)
        else { return drop() }
        heap[0].tip = tip
        heap[0].arrival = heap[0].items[heap[0].position].arrival
        sink()
    }

    /// Leaves the best one's sender out.
    mutating func drop() {
        guard let last = heap.popLast() else { return }
        if heap.isEmpty { return }
        heap[0] = last
        sink()
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].precedes(heap[best]) { best = child }
            }
            if best == parent { return }
            heap.swapAt(parent, best)
            parent = best
        }
    }
}
