public import EVMTypes
internal import GRDB

extension HistoryStore {
    /// Records an opportunity, with the decision on it when there is one already. Returns its id.
    public func record(_ opportunity: Opportunity, decision: Decision? = nil) throws(HistoryError) -> Int64 {
        try record([(opportunity, decision)])[0]
    }

    /// Records many at once, in one transaction: one wait for the disk. Returns their ids in order.
    public func record(_ found: [(Opportunity, Decision?)]) throws(HistoryError) -> [Int64] {
        try write { database in
            try found.map { opportunity, decision in
                try database.execute(
                    sql: """
                        INSERT INTO opportunity
                          (seen_at, head_number, target, settlement_token, amount_in, gross_profit, pools)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        try self.stored(opportunity.seenAt, "time"), try self.stored(opportunity.headNumber, "block"),
                        opportunity.target?.hex, opportunity.settlementToken.hex, opportunity.amountIn.description,
                        opportunity.grossProfit.description, opportunity.pools.map(\.hex).joined(separator: ","),
                    ])
                let id = database.lastInsertedRowID
                if let decision { try self.insert(decision, on: id, database) }
                return id
            }
        }
    }

    /// Records a decision on a recorded opportunity; the last one counts. Throws `.unknownRow`.
    public func record(_ decision: Decision, on opportunityID: Int64) throws(HistoryError) {
        try write { database in try self.insert(decision, on: opportunityID, database) }
    }

    private func insert(_ decision: Decision, on opportunityID: Int64, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO decision
                  (opportunity_id, decided_at, verdict, reason_code, reason, gas_limit, tip, net_profit)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                opportunityID, try stored(decision.decidedAt, "time"), decision.verdict.rawValue,
                Int64(decision.reasonCode), decision.reason, try stored(decision.gasLimit, "gas"),
                decision.tip.description, decision.netProfit.description,
            ])
    }

    // MARK: Bundles

    /// Records a bundle as built. The same hash and target block again changes nothing and returns the first id.
    public func record(_ bundle: Bundle) throws(HistoryError) -> Int64 {
        try write { database in
            let block = try self.stored(bundle.targetBlock, "block")
            let known = "SELECT id FROM bundle WHERE hash = ? AND target_block = ?"
            if let id = try Int64.fetchOne(database, sql: known, arguments: [bundle.hash.hex, block]) { return id }
            try database.execute(
                sql: """
                    INSERT INTO bundle
                      (opportunity_id, hash, target_block, target, transaction_hash, nonce, relays, predicted_net,
                       state, built_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    bundle.opportunityID, bundle.hash.hex, block, bundle.target?.hex, bundle.transaction.hex,
                    try self.stored(bundle.nonce, "nonce"), bundle.relays.joined(separator: ","),
                    bundle.predictedNet.description, BundleState.built.rawValue,
                    try self.stored(bundle.builtAt, "time"),
                ])
            return database.lastInsertedRowID
        }
    }

    /// Moves a bundle on. Throws `.unknownRow`, or `.illegalState` for a step that cannot be (landed to failed, say).
    /// To the state it has already nothing happens.
    public func move(
        bundle id: Int64, to state: BundleState, at time: UInt64, note: String? = nil
    ) throws(HistoryError) {
        try write { database in try self.move(id, to: state, at: time, note: note, database) }
    }

    private func move(_ id: Int64, to next: BundleState, at time: UInt64, note: String?, _ database: Database) throws {
        let text = try String.fetchOne(database, sql: "SELECT state FROM bundle WHERE id = ?", arguments: [id])
        guard let text else { throw HistoryError(.unknownRow, "no bundle \(id)", file: file) }
        guard let state = BundleState(rawValue: text) else {
            throw HistoryError.damaged("bundle \(id) has state \(text)", file: file)
        }
        if state == next { return }
        guard state.allows(next) else {
            throw HistoryError(
                .illegalState, "bundle \(id) is \(state.rawValue) and cannot become \(next.rawValue)", file: file)
        }
        let column =
            switch next {
            case .built: "built_at"
            case .simulated: "simulated_at"
            case .submitted: "submitted_at"
            case .landed, .expired, .failed: "finished_at"
            }
        try database.execute(
            sql: "UPDATE bundle SET state = ?, \(column) = ?, note = coalesce(?, note) WHERE id = ?",
            arguments: [next.rawValue, try stored(time, "time"), note, id])
    }

    // MARK: Profits

    /// Books what a bundle brought and marks it landed, in one transaction. Returns false when this transaction in this
    /// block is booked already. Throws `.unknownRow` or `.illegalState`.
    @discardableResult
    public func book(_ profit: Profit) throws(HistoryError) -> Bool {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO profit
                      (bundle_id, block_number, block_hash, transaction_hash, token, gross, tip, gas_paid, net,
                       booked_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (transaction_hash, block_hash) DO NOTHING
                    """,
                arguments: [
                    profit.bundleID, try self.stored(profit.blockNumber, "block"), profit.blockHash.hex,
                    profit.transaction.hex, profit.token.hex, profit.gross.description, profit.tip.description,
                    profit.gasPaid.description, profit.net.description, try self.stored(profit.bookedAt, "time"),
                ])
            if database.changesCount == 0 { return false }
            try self.move(profit.bundleID, to: .landed, at: profit.bookedAt, note: nil, database)
            return true
        }
    }

    /// Takes back what was booked in a block that a reorganisation removed: its bundles are submitted again.
    /// Returns how many profits went.
    @discardableResult
    public func unbook(blockHash: Hash32) throws(HistoryError) -> Int {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE bundle SET state = 'submitted', finished_at = NULL
                    WHERE state = 'landed' AND id IN (SELECT bundle_id FROM profit WHERE block_hash = ?)
                    """, arguments: [blockHash.hex])
            try database.execute(sql: "DELETE FROM profit WHERE block_hash = ?", arguments: [blockHash.hex])
            return database.changesCount
        }
    }

    // MARK: Retention

    /// Deletes opportunities seen before `time` and those beyond the newest `kept`, with their decisions, oldest first
    /// and at most `limit` of them in one call; those that a bundle refers to stay, as do bundles and profits.
    /// Returns how many went; call again while it is `limit`.
    @discardableResult
    public func prune(before time: UInt64, keeping kept: Int = 2_000_000, limit: Int = 10_000) throws(HistoryError)
        -> Int
    {
        try write { database in
            try database.execute(
                sql: """
                    DELETE FROM opportunity WHERE id IN (
                      SELECT id FROM opportunity
                      WHERE (seen_at < ? OR id <= (SELECT max(id) FROM opportunity) - ?)
                        AND id NOT IN (SELECT opportunity_id FROM bundle WHERE opportunity_id IS NOT NULL)
                      ORDER BY id LIMIT ?)
                    """, arguments: [Int64(clamping: time), kept, limit])
            return database.changesCount
        }
    }
}
