/// The Prometheus text exposition format, version 0.0.4. Source: prometheus.io/docs/instrumenting/exposition_formats.
public enum PrometheusText {
    /// The Content-Type of the page.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Writes every metric of `store`. O(series); names and labels in order, so equal states give equal pages.
    public static func page(_ store: MetricsStore) -> String {
        var out = ""
        for family in store.exposed() {
            out += "# HELP \(family.name) \(escapedHelp(family.help))\n"
            out += "# TYPE \(family.name) \(family.kind.exposedType)\n"
            for (labels, value) in family.series { write(family.name, labels, value, to: &out) }
        }
        return out
    }

    private static func write(_ name: String, _ labels: LabelSet, _ value: SeriesValue, to out: inout String) {
        switch value {
        case .integer(let count): out += "\(name)\(braces(labels)) \(count)\n"
        case .number(let number): out += "\(name)\(braces(labels)) \(text(number))\n"
        case .histogram(let counts, let sum, let bounds):
            var cumulative: UInt64 = 0
            for (bound, count) in zip(bounds, counts) {
                cumulative += count
                out += "\(name)_bucket\(braces(labels, le: text(bound))) \(cumulative)\n"
            }
            let total = cumulative + (counts.last ?? 0)
            out += "\(name)_bucket\(braces(labels, le: "+Inf")) \(total)\n"
            out += "\(name)_sum\(braces(labels)) \(text(sum))\n"
            out += "\(name)_count\(braces(labels)) \(total)\n"
        }
    }

    private static func braces(_ labels: LabelSet, le: String? = nil) -> String {
        var pairs = zip(labels.names, labels.values).map { "\($0)=\"\(escapedValue($1))\"" }
        if let le { pairs.append("le=\"\(le)\"") }
        return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }

    /// Integers without a fraction, others in the shortest form that reads back to the same Double.
    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        // Exact: Doubles below 2^53 that equal their rounding are integers.
        if number == number.rounded(), abs(number) < 9_007_199_254_740_992 { return String(Int64(number)) }
        return "\(number)"
    }

    private static func escapedHelp(_ text: String) -> String {
        escaped(text) { $0 == "\\" ? #"\\"# : $0 == "\n" ? #"\n"# : nil }
    }

    private static func escapedValue(_ text: String) -> String {
        escaped(text) { $0 == "\\" ? #"\\"# : $0 == "\"" ? #"\""# : $0 == "\n" ? #"\n"# : nil }
    }

    private static func escaped(_ text: String, _ replacement: (Unicode.Scalar) -> String?) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if let text = replacement(scalar) { out += text } else { out.unicodeScalars.append(scalar) }
        }
        return out
    }
}
