import EVMTypes
import Foundation
import MarketSync

/// A list of pools: which there are, not their state. CSV with a header, plain or gzip.
struct PoolAddressList {
    /// One row.
    struct Row {
        var line: Int
        var pool: PoolImport.Row
        /// The column chain, where there is one.
        var chain: String?
        /// The column dex, where there is one.
        var dex: String?
    }
    var rows: [Row] = []
    /// "line N: why".
    var badRows: [String] = []

    /// Parses the text of a list. Throws `CLIFailure` (code 2) when it has not the columns of one.
    init(_ bytes: [UInt8], name: String) throws {
        var reader = CSVReader(bytes)
        let expected = "columns pool (or pair), token0, token1 and perhaps fee, chain"
        guard let (_, header) = reader.next(), case .fields(let titles) = header else {
            throw CLIFailure(code: .badUsage, message: "\(name) has no header line; expected \(expected)")
        }
        let names = titles.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        guard let pool = names.firstIndex(of: "pool") ?? names.firstIndex(of: "pair"),
            let token0 = names.firstIndex(of: "token0"), let token1 = names.firstIndex(of: "token1")
        else { throw CLIFailure(code: .badUsage, message: "\(name): no list of pools; expected \(expected)") }
        let fee = names.firstIndex(of: "fee"), chain = names.firstIndex(of: "chain"), dex = names.firstIndex(of: "dex")
        while let (line, record) = reader.next() {
            guard case .fields(let fields) = record, fields.count == titles.count else {
                badRows.append("line \(line): not \(titles.count) fields")
                continue
            }
            guard let address = Address(hex: fields[pool]), let a = Address(hex: fields[token0]),
                let b = Address(hex: fields[token1])
            else {
                badRows.append("line \(line): an address cannot be read")
                continue
            }
            rows.append(
                Row(
                    line: line,
                    pool: PoolImport.Row(
                        pool: address, token0: a, token1: b, feePips: fee.flatMap { UInt32(fields[$0]) }),
                    chain: chain.map { fields[$0] }, dex: dex.map { fields[$0] }))
        }
    }

    /// The chain id of a name that lists use; nil for chains without a file here.
    static func chainID(_ name: String) -> UInt64? {
        switch name.lowercased() {
        case "eth", "ethereum", "mainnet", "1": 1
        case "bsc", "bnb", "56": 56
        case "matic", "polygon", "137": 137
        case "arbi", "arbitrum", "42161": 42_161
        case "op", "optimism", "10": 10
        case "base", "8453": 8_453
        default: nil
        }
    }
}
