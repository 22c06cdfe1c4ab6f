internal import EVMTypes
internal import GRDB

extension HistoryStore {
    /// Rows of one page at most.
    public static let pageMax = 1_000

    /// Opportunities with their last decision, newest first. `after`: the last id of the page before.
    public func opportunities(limit: Int, after: Int64? = nil) throws(HistoryError) -> [OpportunityRow] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT o.*, d.decided_at, d.verdict, d.reason_code, d.reason, d.gas_limit, d.tip, d.net_profit
                    FROM opportunity o
                    LEFT JOIN decision d ON d.id = (SELECT max(id) FROM decision WHERE opportunity_id = o.id)
                    WHERE o.id < ? ORDER BY o.id DESC LIMIT ?
                    """, arguments: [after ?? .max, Self.page(limit)])
            return try rows.map { try RowReader($0, table: "opportunity", file: self.file).opportunity() }
        }
    }

    /// Bundles, newest first, of one state when `state` is given. `after`: the last id of the page before.
    public func bundles(
        limit: Int, after: Int64? = nil, state: BundleState? = nil
    ) throws(HistoryError) -> [BundleRow] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT * FROM bundle WHERE id < ? AND (? IS NULL OR state = ?) ORDER BY id DESC LIMIT ?",
                arguments: [after ?? .max, state?.rawValue, state?.rawValue, Self.page(limit)])
            return try rows.map { try RowReader($0, table: "bundle", file: self.file).bundle() }
        }
    }

    /// Bundles of which something is still expected, oldest first: what a restart must follow up. Not paged.
    public func openBundles() throws(HistoryError) -> [BundleRow] {
        try read { database in
            let sql = "SELECT * FROM bundle WHERE state IN ('built', 'simulated', 'submitted') ORDER BY id"
            let rows = try Row.fetchAll(database, sql: sql)
            return try rows.map { try RowReader($0, table: "bundle", file: self.file).bundle() }
        }
    }

    /// Booked profits, newest first. `after`: the last id of the page before.
    public func profits(limit: Int, after: Int64? = nil) throws(HistoryError) -> [(id: Int64, profit: Profit)] {
        try read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM profit WHERE id < ? ORDER BY id DESC LIMIT ?",
                arguments: [after ?? .max, Self.page(limit)])
            return try rows.map { try RowReader($0, table: "profit", file: self.file).profit() }
        }
    }

    /// What was booked for these bundles, by bundle; those without are absent. Of several bookings the highest block
    /// counts.
    public func profits(ofBundles ids: [Int64]) throws(HistoryError) -> [Int64: Profit] {
        try read { database in
            var found: [Int64: Profit] = [:]
            let sql = "SELECT * FROM profit WHERE bundle_id = ? ORDER BY block_number"
            for id in ids {
                for row in try Row.fetchAll(database, sql: sql, arguments: [id]) {
                    found[id] = try RowReader(row, table: "profit", file: self.file).profit().profit
                }
            }
            return found
        }
    }

    /// Exact sums over the profits booked at `since` or later (all by default), of one moment.
    ///
    /// Throws `.outOfRange` when a sum leaves 256 bits. Cost: one pass over those profits.
    public func totals(since: UInt64 = 0) throws(HistoryError) -> Totals {
        try read { database in
            var sums = ProfitSums(file: self.file)
            let profits = try Row.fetchCursor(
                database, sql: "SELECT * FROM profit WHERE booked_at >= ?", arguments: [Int64(clamping: since)])
            while let row = try profits.next() {
                try sums.add(try RowReader(row, table: "profit", file: self.file).profit().profit)
            }
            var states: [BundleState: Int] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT state, count(*) AS number FROM bundle GROUP BY state") {
                let reader = RowReader(row, table: "bundle", file: self.file)
                states[try reader.word("state")] = Int(try reader.number("number"))
            }
            let sequence = "SELECT seq FROM sqlite_sequence WHERE name = 'opportunity'"
            let seen = try Int64.fetchOne(database, sql: sequence) ?? 0
            return sums.totals(bundles: states, opportunitiesSeen: UInt64(clamping: seen))
        }
    }

    private static func page(_ limit: Int) -> Int { min(max(limit, 0), pageMax) }
}

/// Exact sums by token.
struct ProfitSums {
    let file: String
    private var tokens: [Address: (count: Int, reverted: Int, gross: U256, net: I256)] = [:]
    private var tip = U256.zero
    private var gasPaid = U256.zero

    init(file: String) {
        self.file = file
    }

    mutating func add(_ profit: Profit) throws(HistoryError) {
        let old = tokens[profit.token] ?? (0, 0, .zero, .zero)
        guard let gross = old.gross.adding(profit.gross), let net = old.net.sum(profit.net),
            let tip = tip.adding(profit.tip), let gasPaid = gasPaid.adding(profit.gasPaid)
        else { throw HistoryError(.outOfRange, "a sum of profits passes 256 bits", file: file) }
        tokens[profit.token] = (old.count + 1, old.reverted + (profit.gross.isZero ? 1 : 0), gross, net)
        self.tip = tip
        self.gasPaid = gasPaid
    }

    func totals(bundles: [BundleState: Int], opportunitiesSeen: UInt64) -> Totals {
        let rows = tokens.sorted { $0.key < $1.key }.map {
            Totals.Token(
                token: $0.key, count: $0.value.count, revertedCount: $0.value.reverted, gross: $0.value.gross,
                net: $0.value.net)
        }
        return Totals(
            tokens: rows, tip: tip, gasPaid: gasPaid, bundles: bundles, opportunitiesSeen: opportunitiesSeen)
    }
}

extension I256 {
    /// Checked sum; nil when it leaves the range of the type.
    func sum(_ other: I256) -> I256? {
        let result = self &+ other
        // Two's complement: only equal signs can overflow, and then the result's sign flips.
        return isNegative == other.isNegative && result.isNegative != isNegative ? nil : result
    }

    /// Reads "-12" or "12"; nil for anything else or out of range.
    init?(decimalText text: String) {
        let isNegative = text.hasPrefix("-")
        guard let magnitude = U256(decimal: text.dropFirst(isNegative ? 1 : 0)) else { return nil }
        self.init(magnitude: magnitude, isNegative: isNegative)
    }
}
