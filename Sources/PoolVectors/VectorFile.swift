public import EVMCodec
internal import EVMTypes

/// Answers every quote of a file of recorded answers. The formats are those of `shared/data/README.md`.
public enum VectorFile {
    /// Reads a file's text and answers its rows.
    ///
    /// - Parameters:
    ///   - name: for the report; a path is best.
    ///   - bytes: the text, not compressed: JSON, or one JSON object a line.
    ///   - states: pool states that golden files refer to by address (degenbot `fixtures/chain_data`).
    /// Throws for a file of no known format, or with a malformed row.
    public static func answer(
        name: String, bytes: [UInt8], states: [JSON] = []
    ) throws(VectorFileError) -> VectorReport {
        var report = VectorReport(file: name)
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        if lines.count > 1, let first = try? JSON.parse([UInt8](lines[0])), first.object != nil {
            for line in lines {
                guard let json = try? JSON.parse([UInt8](line)) else { throw VectorFileError(.notJSON, name) }
                try answerLine(json, &report)
            }
            return report
        }
        guard let json = try? JSON.parse(bytes) else { throw VectorFileError(.notJSON, name) }
        if json["entries"]?.object != nil {
            try answerGolden(json, states: states, &report)
        } else if json["swaps"] != nil, json["pool"]?["poolType"] != nil {
            try answerBalancerV3(json, &report)
        } else if json["vectors"] != nil {
            try answerLine(json, &report)
        } else {
            throw VectorFileError(.unknownFormat, name)
        }
        return report
    }

    private static func answerLine(_ json: JSON, _ report: inout VectorReport) throws(VectorFileError) {
        guard json["vectors"]?.array != nil else { throw VectorFileError(.unknownFormat, report.file) }
        if json["pool"]?["type"] != nil { return try answerKyber(json, &report) }
        if json["ticks"] != nil { return try answerV3(json, &report) }
        switch json["kind"]?.string {
        case let kind? where kind.hasPrefix("stableswap-ng"): try answerStableNG(json, &report)
        case "tricrypto-ng"?: try answerTricryptoNG(json, &report)
        case let kind?: report.refuse(kind, rows: try json.list("vectors").count)
        case nil: throw VectorFileError(.unknownFormat, report.file)
        }
    }
}
