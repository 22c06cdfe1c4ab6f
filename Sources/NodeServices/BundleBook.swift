import EVMTypes

/// Where bundle records are kept for good.
protocol BundleJournal: Sendable {
    /// Writes a record, replacing the one of the same transaction. Returns when it would survive `kill -9`.
    func save(_ record: BundleRecord) async throws
    /// Records whose target block is at least `block`.
    func records(since block: UInt64) async throws -> [BundleRecord]
    /// What all included bundles did.
    func totals() async throws -> ProfitTotals
}

/// The bundles that can still change, and the totals of all. One writer: the submitter.
struct BundleBook: Sendable {
    private(set) var open: [Hash32: BundleRecord] = [:]
    /// Totals of bundles that are no longer in `open`.
    private var closed = ProfitTotals()
    let journal: any BundleJournal

    init(journal: any BundleJournal) { self.journal = journal }

    /// Reads what the last run left unsettled or settled lately.
    mutating func load(since block: UInt64) async throws {
        open = [:]
        closed = try await journal.totals()
        for record in try await journal.records(since: block) where record.isOpen || record.isIncluded {
            open[record.transaction] = record
            closed.remove(record)
        }
    }

    /// Takes a new or changed record over, after the journal has it (or where the disk knows the state in another
    /// word).
    mutating func put(_ record: BundleRecord) { open[record.transaction] = record }

    /// Lets go of records that nothing can change any more.
    mutating func forget(where isSettled: (BundleRecord) -> Bool) {
        for record in open.values where isSettled(record) {
            closed.add(record)
            open[record.transaction] = nil
        }
    }

    /// Totals of everything included, to the wei.
    var totals: ProfitTotals {
        var sum = closed
        for record in open.values { sum.add(record) }
        return sum
    }
}
