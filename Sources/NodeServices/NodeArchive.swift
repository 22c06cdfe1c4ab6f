import EVMTypes
import History
import Synchronization

/// The node's records in the words of `History`. Calls block for the disk, about a millisecond each.
///
/// `orphaned` is `submitted` on disk, `reverted` is landed with nothing gained: a row says what a restart must do
/// with it.
actor NodeArchive: BundleJournal {
    private let store: HistoryStore
    /// The settlement token that profits are booked in.
    private let token: Address
    private var rowOf: [Hash32: Int64] = [:]
    private var bookedIn: [Hash32: Hash32] = [:]

    init(file: String, chainID: UInt64, token: Address) throws(HistoryError) {
        store = try HistoryStore(file: file, chainID: chainID)
        self.token = token
    }

    func close() throws(HistoryError) { try store.close() }

    // MARK: Bundles

    func save(_ record: BundleRecord) async throws {
        let row = try row(of: record)
        let now = MarketKeeper.nowMilliseconds()
        if record.isIncluded, let block = record.block {
            // Mined again in another block after a reorg: what was booked in the orphaned one must go first.
            if let old = bookedIn[record.transaction], old != block.hash { _ = try store.unbook(blockHash: old) }
            let growth = record.growth ?? .zero, tip = record.tip ?? .zero
            _ = try store.book(
                Profit(
                    bundleID: row, blockNumber: block.number, blockHash: block.hash, transaction: record.transaction,
                    token: token, gross: growth &+ tip, tip: tip, gasPaid: record.gasPaid ?? .zero,
                    net: record.net ?? .zero, bookedAt: now))
            bookedIn[record.transaction] = block.hash
            return
        }
        switch record.state {
        case .orphaned:
            if let block = bookedIn.removeValue(forKey: record.transaction) { _ = try store.unbook(blockHash: block) }
        case .simulated: try store.move(bundle: row, to: .simulated, at: now)
        case .submitted: try store.move(bundle: row, to: .submitted, at: now)
        case .expired: try store.move(bundle: row, to: .expired, at: now)
        case .failed: try store.move(bundle: row, to: .failed, at: now, note: record.reason)
        case .landed, .reverted: break
        }
    }

    private func row(of record: BundleRecord) throws(HistoryError) -> Int64 {
        if let known = rowOf[record.transaction] { return known }
        let row = try store.record(
            Bundle(
                opportunityID: nil, hash: record.bundleHash, targetBlock: record.targetBlock, target: record.target,
                transaction: record.transaction, nonce: record.nonce, relays: record.relays,
                predictedNet: record.predictedNet, builtAt: MarketKeeper.nowMilliseconds()))
        rowOf[record.transaction] = row
        if rowOf.count > 100_000 { rowOf = [record.transaction: row] }
        return row
    }

    func records(since block: UInt64) async throws -> [BundleRecord] {
        var profits: [Int64: Profit] = [:]
        var after: Int64?
        while true {
            let page = try store.profits(limit: HistoryStore.pageMax, after: after)
            for row in page where row.profit.blockNumber >= block { profits[row.profit.bundleID] = row.profit }
            guard page.count == HistoryStore.pageMax, let last = page.last, last.profit.blockNumber >= block else {
                break
            }
            after = last.id
        }
        var records: [BundleRecord] = []
        after = nil
        while true {
            let page = try store.bundles(limit: HistoryStore.pageMax, after: after)
            for row in page where row.bundle.targetBlock >= block || profits[row.id] != nil {
                rowOf[row.bundle.transaction] = row.id
                let profit = profits[row.id]
                if let profit { bookedIn[row.bundle.transaction] = profit.blockHash }
                records.append(Self.record(row, profit))
            }
            guard page.count == HistoryStore.pageMax, let last = page.last, last.bundle.targetBlock >= block else {
                break
            }
            after = last.id
        }
        return records
    }

    private static func record(_ row: BundleRow, _ profit: Profit?) -> BundleRecord {
        let state: BundleState =
            switch row.state {
            case .built, .submitted: .submitted
            case .simulated: .simulated
            case .landed: profit.map { $0.gross.isZero ? .reverted : .landed } ?? .submitted
            case .expired: .expired
            case .failed: .failed
            }
        return BundleRecord(
            transaction: row.bundle.transaction, target: row.bundle.target, targetBlock: row.bundle.targetBlock,
            bundleHash: row.bundle.hash, nonce: row.bundle.nonce, relays: row.bundle.relays, legs: 0, state: state,
            reason: row.note ?? "", predictedGross: .zero, predictedTip: .zero, predictedNet: row.bundle.predictedNet,
            minProfit: .zero, block: profit.map { BlockPoint(number: $0.blockNumber, hash: $0.blockHash) },
            growth: profit.map { $0.gross &- $0.tip }, tip: profit?.tip, gasPaid: profit?.gasPaid)
    }

    func totals() async throws -> ProfitTotals {
        let sums = try store.totals()
        var totals = ProfitTotals()
        for row in sums.tokens where row.token == token {
            totals.gross = row.gross
            totals.reverted = UInt64(row.revertedCount)
            totals.landed = UInt64(row.count - row.revertedCount)
        }
        totals.tips = sums.tip
        totals.gasPaid = sums.gasPaid
        totals.growth = totals.gross &- totals.tips
        return totals
    }

    /// A page of bundles, newest first; `next` is the row to go on after.
    func page(limit: Int, after: Int64?, state: String?) throws -> (records: [BundleRecord], next: Int64?) {
        let wanted = state.flatMap { History.BundleState(rawValue: $0) }
        if state != nil, wanted == nil { return ([], nil) }
        let rows = try store.bundles(limit: limit, after: after, state: wanted)
        var profits: [Int64: Profit] = [:]
        if rows.contains(where: { $0.state == .landed }) {
            for row in try store.profits(limit: HistoryStore.pageMax) { profits[row.profit.bundleID] = row.profit }
        }
        return (rows.map { Self.record($0, profits[$0.id]) }, rows.count == limit ? rows.last?.id : nil)
    }

    // MARK: Opportunities

    func record(_ opportunity: History.Opportunity, decision: History.Decision) throws(HistoryError) {
        _ = try store.record(opportunity, decision: decision)
    }

    func opportunities(limit: Int, after: Int64?) throws(HistoryError) -> [OpportunityRow] {
        try store.opportunities(limit: limit, after: after)
    }

    /// Deletes opportunities older than `days`.
    func prune(olderThanDays days: UInt64) throws(HistoryError) {
        let now = MarketKeeper.nowMilliseconds(), age = days.multipliedReportingOverflow(by: 86_400_000).partialValue
        _ = try store.prune(before: now > age ? now - age : 0)
    }
}
