import EVMCodec
import EVMTypes
import Logging
import NodeClient

/// Settles bundles by what the chain says: receipts of canonical blocks, logs of the settlement token, and nothing else.
///
/// Asked at every head. An included bundle stays watched until its block can no longer be undone.
struct Reconciler: Sendable {
    let reader: any ReceiptReading
    let executor: Address
    /// The settlement token whose balance counts.
    let token: Address
    /// Blocks a reorg can reach back.
    let reorgDepth: UInt64

    /// What changed in one record, nil when nothing did.
    func settle(_ record: BundleRecord, head: BlockPoint, isCanonical: (BlockPoint) async -> Bool) async throws
        -> BundleRecord?
    {
        if let block = record.block, record.isIncluded, await isCanonical(block) { return nil }
        guard record.isOpen || record.isIncluded else { return nil }
        if let receipt = try await reader.receipt(of: record.transaction), receipt.blockNumber <= head.number {
            let point = BlockPoint(number: receipt.blockNumber, hash: receipt.blockHash)
            // A receipt of a block that we have not applied (or have undone) counts when that block is ours.
            guard await isCanonical(point) else { return nil }
            return included(record, receipt, at: point)
        }
        var next = record
        if record.isIncluded {
            next.state = .orphaned
            (next.block, next.growth, next.tip, next.gasPaid) = (nil, nil, nil, nil)
        } else if record.state == .submitted, head.number > record.targetBlock {
            // One block later than it could: a peer may serve a head before its receipts.
            next.state = .expired
        } else {
            return nil
        }
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
        case .orphaned: record.targetBlock + reorgDepth >= head
        case .landed, .reverted: (record.block?.number ?? 0) + reorgDepth >= head
        case .simulated, .expired, .failed: false
        }
    }
}

/// Where receipts come from.
protocol ReceiptReading: Sendable {
    /// The receipt of a mined transaction; nil when the peer knows none.
    func receipt(of transaction: Hash32) async throws -> Receipt?
}

extension NodeReader: ReceiptReading {
    func receipt(of transaction: Hash32) async throws -> Receipt? { try await pool.getTransactionReceipt(transaction) }
}
