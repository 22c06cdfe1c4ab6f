import EVMCodec
import EVMTypes
import Logging
import NodeClient

/// Settles bundles by what the chain says: receipts of canonical blocks, logs of the settlement token, and nothing
/// else.
///
/// Asked at every head. An included bundle stays watched until its block can no longer be undone.
struct Reconciler: Sendable {
    let reader: any ReceiptReading
    let executor: Address
    /// The settlement token whose balance counts.
    let token: Address
    /// Blocks a reorg can reach back.
    let reorgDepth: UInt64

    /// Blocks after its target for which a bundle is still looked for: a reorg can put it back into the mempool.
    static let lateBlocks: UInt64 = 8

    /// What changed in one record, given the receipt the peer has for it now; nil when nothing did.
    func settle(_ record: BundleRecord, receipt: Receipt?, head: BlockPoint, isCanonical: (BlockPoint) async -> Bool)
        async
        -> BundleRecord?
    {
        if let block = record.block, record.isIncluded, await isCanonical(block) { return nil }
        if let receipt, receipt.blockNumber <= head.number {
            let point = BlockPoint(number: receipt.blockNumber, hash: receipt.blockHash)
            // A receipt of a block that we have not applied (or have undone) counts when that block is ours.
            guard await isCanonical(point) else { return nil }
            return included(record, receipt, at: point)
        }
        var next = record
        if record.isIncluded {
            next.state = .orphaned
            (next.block, next.growth, next.tip, next.gasPaid) = (nil, nil, nil, nil)
            // It is looked for from here on, wherever its first target was.
            next.targetBlock = max(record.targetBlock, head.number)
            return next
        }
        // One block later than it could: a peer may serve a head before its receipts.
        guard record.state == .submitted, head.number > record.targetBlock else { return nil }
        next.state = .expired
        return next
    }

    /// The record with what its receipt says.
    func included(_ record: BundleRecord, _ receipt: Receipt, at point: BlockPoint) -> BundleRecord {
        var next = record
        let flow = Settlement.flow(of: token, through: executor, logs: receipt.logs)
        next.state = receipt.succeeded ? .landed : .reverted
        next.block = point
        next.gasPaid = receipt.feePaid
        next.growth = receipt.succeeded ? flow.growth ?? .zero : .zero
        next.tip = receipt.succeeded ? flow.unwrapped : .zero
        return next
    }

    /// Whether the record must still be looked at when the chain stands at `head`.
    func isWatched(_ record: BundleRecord, head: UInt64) -> Bool {
        switch record.state {
        case .submitted: true
        case .orphaned, .expired: record.targetBlock + Self.lateBlocks >= head
        case .landed, .reverted: (record.block?.number ?? 0) + reorgDepth >= head
        case .simulated, .failed: false
        }
    }

    /// Whether its receipt must be asked for: not while it lies in a canonical block.
    func needsReceipt(_ record: BundleRecord, isCanonical: (BlockPoint) async -> Bool) async -> Bool {
        if let block = record.block, record.isIncluded { return await !isCanonical(block) }
        return record.isOpen
    }
}

/// What the submitter and its reconciler ask of a node.
protocol ReceiptReading: Sendable {
    /// Runs a message on a block's state. A revert throws `NodeError` `.rpc(.reverted)`.
    func call(_ request: CallRequest, at block: Hash32) async throws -> [UInt8]
    /// The receipts of these transactions as far as they are mined, by hash. Throws when the peer cannot be asked.
    func receipts(of transactions: [Hash32]) async throws -> [Hash32: Receipt]
}

extension NodeReader: ReceiptReading {
    func call(_ request: CallRequest, at block: Hash32) async throws -> [UInt8] {
        try await pool.ethCall(request, at: .hash(block))
    }

    func receipts(of transactions: [Hash32]) async throws -> [Hash32: Receipt] {
        guard !transactions.isEmpty else { return [:] }
        let answers = try await pool.batch(transactions.map { RPCRequest("eth_getTransactionReceipt", [.hash($0)]) })
        var found: [Hash32: Receipt] = [:]
        for (hash, answer) in zip(transactions, answers) {
            let json = try answer.get()
            if json.isNull { continue }
            let receipt = try Receipt(json: json)
            guard receipt.transactionHash == hash else { continue }
            found[hash] = receipt
        }
        return found
    }
}
