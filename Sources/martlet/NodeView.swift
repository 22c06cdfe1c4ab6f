import EVMCodec
import EVMTypes
import Foundation

/// The node's life on one screen, redrawn in place on a terminal, one line at a time elsewhere.
struct NodeView {
    /// Whether stdout is a terminal that understands cursor movement.
    let isTerminal: Bool
    private var linesDrawn = 0

    init(isTerminal: Bool = isatty(STDOUT_FILENO) == 1) { self.isTerminal = isTerminal }

    /// Draws `status` (the answer of `node_status`) and the newest `bundles` (rows of `bundles_list`).
    mutating func draw(status: JSON, bundles: [JSON]) {
        let lines = Self.lines(status: status, bundles: bundles, wide: isTerminal)
        guard isTerminal else {
            if let summary = Self.summary(status) { Terminal.out(summary) }
            return
        }
        var text = linesDrawn > 0 ? "\u{1b}[\(linesDrawn)A" : ""
        for line in lines { text += "\u{1b}[2K" + line + "\n" }
        linesDrawn = lines.count
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    /// One line for logs and pipes.
    static func summary(_ status: JSON) -> String? {
        guard let head = status["head"]?["number"]?.numberText else { return nil }
        return "block \(head)  pools \(count(status["pools"]?["usable"]))  "
            + "opportunities \(count(status["opportunities"]?["found"]))  "
            + "bundles sent \(count(status["bundles"]?["submitted"])) landed \(count(status["bundles"]?["landed"]))  "
            + "net profit \(ether(status["profit"]?["netWei"])) \(status["nativeSymbol"]?.string ?? "ETH")"
    }

    static func lines(status: JSON, bundles: [JSON], wide: Bool) -> [String] {
        let symbol = status["nativeSymbol"]?.string ?? "ETH"
        let bold = wide ? "\u{1b}[1m" : "", plain = wide ? "\u{1b}[0m" : ""
        let mode = status["live"]?.bool == true ? "LIVE" : "dry run"
        let state =
            status["paused"]?.bool == true ? "PAUSED" : (status["synced"]?.bool == true ? "at the head" : "catching up")
        let head = status["head"], pools = status["pools"], seen = status["mempool"]
        let opportunities = status["opportunities"], sent = status["bundles"], profit = status["profit"]
        var lines = [
            "\(bold)martlet\(plain)  \(status["chain"]?.string ?? "?") (chain id \(count(status["chainId"])))  "
                + "\(bold)\(mode)\(plain), \(state)",
            "",
            "  chain head      \(count(head?["number"]))  \(short(head?["hash"]?.string))  "
                + "\(count(status["reorgs"])) reorgs, "
                + "\(count(status["headsMissed"])) heads missed and repaired",
            "  pools           \(count(pools?["usable"])) in use, \(count(pools?["quarantined"])) quarantined",
            "  mempool         \(count(seen?["seen"])) transactions seen, "
                + "\(count(seen?["decoded"])) of them swaps we can read",
            "  opportunities   \(count(opportunities?["found"])) found, "
                + "\(count(opportunities?["rejected"])) not worth it",
            "  bundles         \(count(sent?["submitted"])) sent, \(bold)\(count(sent?["landed"])) landed\(plain), "
                + "\(count(sent?["expired"])) not included, \(count(sent?["failed"])) failed in simulation",
            "  profit          \(bold)\(ether(profit?["netWei"])) \(symbol) net\(plain)  "
                + "= \(ether(profit?["grossWei"])) gross "
                + "- \(ether(profit?["tipWei"])) tips - \(ether(profit?["gasPaidWei"])) gas",
            "",
            "  newest bundles",
        ]
        for bundle in bundles.prefix(8) { lines.append("    " + row(bundle, symbol: symbol)) }
        while lines.count < 18 { lines.append("") }
        lines.append("  Ctrl-C ends it")
        return lines
    }

    private static func row(_ bundle: JSON, symbol: String) -> String {
        let kind = bundle["targetTransaction"]?.string == nil ? "standing gap" : "backrun"
        let gain = bundle["netWei"]?.string == nil ? "~" + ether(bundle["predictedNetWei"]) : ether(bundle["netWei"])
        return "block \(count(bundle["targetBlock"]))  \(pad(bundle["state"]?.string ?? "?", 10))  \(pad(kind, 12))  "
            + "\(bundle["legs"]?.numberText ?? "?") legs  \(gain) \(symbol)  \(short(bundle["transaction"]?.string))"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }

    private static func count(_ value: JSON?) -> String { value?.numberText ?? value?.string ?? "-" }

    private static func short(_ hash: String?) -> String {
        guard let hash, hash.count > 14 else { return hash ?? "" }
        return "\(hash.prefix(8))…\(hash.suffix(4))"
    }

    /// Wei (decimal text, maybe negative) as whole coins with six decimals, rounded toward zero. For the eye only.
    static func ether(_ value: JSON?) -> String {
        guard var text = value?.string ?? value?.numberText else { return "-" }
        let isNegative = text.hasPrefix("-")
        if isNegative { text.removeFirst() }
        guard let wei = U256(decimal: text) else { return "-" }
        let (whole, rest) = wei.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
        let micro = String((rest / 1_000_000_000_000).description)
        return "\(isNegative ? "-" : "")\(whole).\(String(repeating: "0", count: 6 - micro.count))\(micro)"
    }
}
