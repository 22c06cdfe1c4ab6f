internal import GRDB

/// Tables and their versions. Amounts are decimal text: SQLite's own numbers are too small for wei.
enum HistorySchema {
    /// "MRTL", so that other programs' databases are told apart.
    static let applicationID: Int32 = 0x4d52_544c

    /// All versions in order. A released step is never edited; a change is a new step.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: opportunities, decisions, bundles, profits") { database in
            try database.execute(sql: version1)
        }
        return migrator
    }

    private static let version1 = """
        CREATE TABLE setting (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE opportunity (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          seen_at INTEGER NOT NULL,
          head_number INTEGER NOT NULL,
          target TEXT,
          settlement_token TEXT NOT NULL,
          amount_in TEXT NOT NULL,
          gross_profit TEXT NOT NULL,
          pools TEXT NOT NULL
        ) STRICT;
        CREATE INDEX opportunity_seen_at ON opportunity (seen_at);
        CREATE TABLE decision (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          opportunity_id INTEGER NOT NULL REFERENCES opportunity (id) ON DELETE CASCADE,
          decided_at INTEGER NOT NULL,
          verdict TEXT NOT NULL,
          reason_code INTEGER NOT NULL,
          reason TEXT NOT NULL,
          gas_limit INTEGER NOT NULL,
          tip TEXT NOT NULL,
          net_profit TEXT NOT NULL
        ) STRICT;
        CREATE INDEX decision_opportunity ON decision (opportunity_id);
        CREATE TABLE bundle (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          opportunity_id INTEGER REFERENCES opportunity (id) ON DELETE SET NULL,
          hash TEXT NOT NULL,
          target_block INTEGER NOT NULL,
          target TEXT,
          transaction_hash TEXT NOT NULL,
          nonce INTEGER NOT NULL,
          relays TEXT NOT NULL,
          predicted_net TEXT NOT NULL,
          state TEXT NOT NULL,
          built_at INTEGER NOT NULL,
          simulated_at INTEGER,
          submitted_at INTEGER,
          finished_at INTEGER,
          note TEXT,
          UNIQUE (hash, target_block)
        ) STRICT;
        CREATE INDEX bundle_state ON bundle (state);
        CREATE INDEX bundle_transaction ON bundle (transaction_hash);
        CREATE INDEX bundle_opportunity ON bundle (opportunity_id);
        CREATE TABLE profit (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          bundle_id INTEGER NOT NULL REFERENCES bundle (id),
          block_number INTEGER NOT NULL,
          block_hash TEXT NOT NULL,
          transaction_hash TEXT NOT NULL,
          token TEXT NOT NULL,
          gross TEXT NOT NULL,
          tip TEXT NOT NULL,
          gas_paid TEXT NOT NULL,
          net TEXT NOT NULL,
          booked_at INTEGER NOT NULL,
          UNIQUE (transaction_hash, block_hash)
        ) STRICT;
        CREATE INDEX profit_bundle ON profit (bundle_id);
        CREATE INDEX profit_block ON profit (block_hash);
        CREATE INDEX profit_booked_at ON profit (booked_at);
        """
}
