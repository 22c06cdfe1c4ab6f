internal import EVMTypes
internal import GRDB

/// Reads typed values out of a row; anything that does not read is a damaged file, named by table, id and column.
struct RowReader {
    let row: Row
    let table: String
    let file: String

    init(_ row: Row, table: String, file: String) {
        self.row = row
        self.table = table
        self.file = file
    }

    private func fault(_ column: String) -> HistoryError {
        let id = (row["id"] as Int64?).map { " \($0)" } ?? ""
        return HistoryError.damaged("\(table)\(id), \(column) does not read", file: file)
    }

    func number(_ column: String) throws(HistoryError) -> Int64 {
        guard case .int64(let value) = (row[column] as DatabaseValue).storage else { throw fault(column) }
        return value
    }

    func unsigned(_ column: String) throws(HistoryError) -> UInt64 {
        guard let value = UInt64(exactly: try number(column)) else { throw fault(column) }
        return value
    }

    func optionalUnsigned(_ column: String) throws(HistoryError) -> UInt64? {
        isNull(column) ? nil : try unsigned(column)
    }

    func isNull(_ column: String) -> Bool { (row[column] as DatabaseValue).isNull }

    func text(_ column: String) throws(HistoryError) -> String {
        guard case .string(let value) = (row[column] as DatabaseValue).storage else { throw fault(column) }
        return value
    }

    func list(_ column: String) throws(HistoryError) -> [String] {
        try text(column).split(separator: ",").map(String.init)
    }

    private func parsed<T>(_ column: String, _ parse: (String) -> T?) throws(HistoryError) -> T {
        guard let value = parse(try text(column)) else { throw fault(column) }
        return value
    }

    func amount(_ column: String) throws(HistoryError) -> U256 { try parsed(column) { U256(decimal: $0) } }
    func signed(_ column: String) throws(HistoryError) -> I256 { try parsed(column) { I256(decimalText: $0) } }
    func hash(_ column: String) throws(HistoryError) -> Hash32 { try parsed(column) { Hash32(hex: $0) } }
    func address(_ column: String) throws(HistoryError) -> Address { try parsed(column) { Address(hex: $0) } }
    func optionalHash(_ column: String) throws(HistoryError) -> Hash32? { isNull(column) ? nil : try hash(column) }

    func word<T: RawRepresentable>(_ column: String) throws(HistoryError) -> T where T.RawValue == String {
        try parsed(column) { T(rawValue: $0) }
    }

    // MARK: Whole rows

    func opportunity() throws(HistoryError) -> OpportunityRow {
        var pools: [Address] = []
        for text in try list("pools") {
            guard let address = Address(hex: text) else { throw fault("pools") }
            pools.append(address)
        }
        let opportunity = Opportunity(
            seenAt: try unsigned("seen_at"), headNumber: try unsigned("head_number"),
            target: try optionalHash("target"),
            settlementToken: try address("settlement_token"), amountIn: try amount("amount_in"),
            grossProfit: try amount("gross_profit"), pools: pools)
        let decision = isNull("verdict") ? nil : try decision()
        return OpportunityRow(id: try number("id"), opportunity: opportunity, decision: decision)
    }

    private func decision() throws(HistoryError) -> Decision {
        guard let code = UInt8(exactly: try number("reason_code")) else { throw fault("reason_code") }
        return Decision(
            decidedAt: try unsigned("decided_at"), verdict: try word("verdict"), reasonCode: code,
            reason: try text("reason"), gasLimit: try unsigned("gas_limit"), tip: try amount("tip"),
            netProfit: try signed("net_profit"))
    }

    func bundle() throws(HistoryError) -> BundleRow {
        let bundle = Bundle(
            opportunityID: isNull("opportunity_id") ? nil : try number("opportunity_id"), hash: try hash("hash"),
            targetBlock: try unsigned("target_block"), target: try optionalHash("target"),
            transaction: try hash("transaction_hash"), nonce: try unsigned("nonce"), relays: try list("relays"),
            predictedNet: try signed("predicted_net"), builtAt: try unsigned("built_at"))
        return BundleRow(
            id: try number("id"), bundle: bundle, state: try word("state"),
            simulatedAt: try optionalUnsigned("simulated_at"), submittedAt: try optionalUnsigned("submitted_at"),
            finishedAt: try optionalUnsigned("finished_at"), note: isNull("note") ? nil : try text("note"))
    }

    func profit() throws(HistoryError) -> (id: Int64, profit: Profit) {
        let profit = Profit(
            bundleID: try number("bundle_id"), blockNumber: try unsigned("block_number"),
            blockHash: try hash("block_hash"), transaction: try hash("transaction_hash"), token: try address("token"),
            gross: try amount("gross"), tip: try amount("tip"), gasPaid: try amount("gas_paid"), net: try signed("net"),
            bookedAt: try unsigned("booked_at"))
        return (try number("id"), profit)
    }
}
