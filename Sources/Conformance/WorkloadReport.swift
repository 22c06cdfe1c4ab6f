/// The figures of a set of workloads as text.
public enum WorkloadReport {
    /// The head of the table.
    public static var head: String {
        row("case", "ns/iteration", "Mgas/s", "gas", "logs") + "  result"
    }

    /// One line of the table.
    public static func line(_ result: WorkloadRunner.Result, iterations: Int) -> String {
        let gasPerNanosecond = Double(result.gas) / (result.nanoseconds * Double(iterations))
        let figures = result.nanoseconds.isFinite
        return row(
            result.name, figures ? WorkloadRunner.Result.text(result.nanoseconds) : "-",
            figures ? String(Int(gasPerNanosecond * 1000)) : "-", String(result.gas), String(result.logs))
            + "  \(result.problem.map { "WRONG: \($0)" } ?? "ok")"
    }

    private static func row(_ name: String, _ cells: String...) -> String {
        let widths = [16, 8, 15, 8]
        let padded = zip(cells, widths).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }
        return name + String(repeating: " ", count: max(1, 24 - name.count)) + padded.joined()
    }
}
