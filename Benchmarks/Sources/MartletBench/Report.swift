import Foundation

/// The table, the baseline file and the comparison with it.
struct Report: Codable {
    var rows: [Measurement]

    func printTable() {
        func line(_ cells: [String]) -> String {
            let widths = [32, 12, 12, 9, 14, 10]
            let padded = zip(cells, widths).enumerated().map { index, cell in
                let fill = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
                return index == 0 ? cell.0 + fill : fill + cell.0
            }
            return padded.joined(separator: " ") + "  " + (cells.count > widths.count ? cells[widths.count] : "")
        }
        print(line(["operation", "p50", "p99", "allocs", "peer p50", "ours/peer", "peer"]))
        for row in rows {
            let ratio = row.ratio.map { Self.fixed($0, 3) } ?? "-"
            let peer = row.peerP50.map(Self.time) ?? "-"
            print(
                line([
                    row.name, Self.time(row.p50), Self.time(row.p99), Self.fixed(row.allocations, 2), peer, ratio,
                    row.peer ?? "",
                ]))
        }
    }

    /// What got worse than `baseline` allows: more allocations, or a ratio above `tolerance` times the old one. Wall
    /// time is not compared.
    func regressions(from baseline: Report, tolerance: Double) -> [String] {
        var faults: [String] = []
        for old in baseline.rows {
            guard let new = rows.first(where: { $0.name == old.name }) else {
                faults.append("\(old.name): in the baseline, not measured")
                continue
            }
            if new.allocations > old.allocations + 0.01 {
                faults.append(
                    "\(old.name): \(Self.fixed(new.allocations, 2)) allocations, was \(Self.fixed(old.allocations, 2))")
            }
            if let ratio = new.ratio, let before = old.ratio, ratio > before * tolerance {
                faults.append("\(old.name): \(Self.fixed(ratio, 3)) of its peer's time, was \(Self.fixed(before, 3))")
            }
        }
        return faults
    }

    static func read(_ path: String) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    private static func time(_ nanoseconds: Double) -> String {
        switch nanoseconds {
        case ..<1000: fixed(nanoseconds, 1) + " ns"
        case ..<1_000_000: fixed(nanoseconds / 1000, 2) + " us"
        default: fixed(nanoseconds / 1_000_000, 2) + " ms"
        }
    }
}
