/// Names as Prometheus allows them.
enum ExposedName {
    /// `martlet.step` of a timer -> `martlet_step_seconds`; counters get `_total`. Characters that are not allowed
    /// become `_`.
    static func metric(_ label: String, _ kind: SeriesKind) -> String {
        let name = sanitised(label, colonAllowed: true)
        switch kind {
        case .counter, .floatingCounter: return name.hasSuffix("_total") ? name : name + "_total"
        case .seconds: return name.hasSuffix("_seconds") ? name : name + "_seconds"
        case .gauge, .sizes: return name
        }
    }

    /// A label name. Names that start with two underscores are Prometheus's own, and `le` is the histogram's.
    static func label(_ text: String, isHistogram: Bool) -> String {
        var name = sanitised(text, colonAllowed: false)
        while name.hasPrefix("__") { name.removeFirst() }
        return isHistogram && name == "le" ? "exported_le" : name
    }

    private static func sanitised(_ text: String, colonAllowed: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars.prefix(128) {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": out.unicodeScalars.append(scalar)
            case "0"..."9":
                if out.isEmpty { out = "_" }
                out.unicodeScalars.append(scalar)
            case ":" where colonAllowed: out.unicodeScalars.append(scalar)
            default: out += "_"
            }
        }
        return out.isEmpty ? "_" : out
    }
}

/// The labels of a series, sorted by name, each name once.
struct LabelSet: Hashable, Comparable, Sendable {
    let names: [String]
    let values: [String]

    /// No labels.
    static let none = LabelSet(names: [], values: [])
    /// Where everything beyond the limits is counted.
    static let overflow = LabelSet(names: ["overflow"], values: ["true"])

    private init(names: [String], values: [String]) {
        self.names = names
        self.values = values
    }

    /// Sanitises and bounds `dimensions`; of two equal names the later wins.
    init(_ dimensions: [(String, String)], limits: MetricsStore.Limits, isHistogram: Bool) {
        var table: [String: String] = [:]
        for (name, value) in dimensions.prefix(limits.labelsMax) {
            let bounded = String(String.UnicodeScalarView(value.unicodeScalars.prefix(limits.valueScalarsMax)))
            table[ExposedName.label(name, isHistogram: isHistogram)] = bounded
        }
        names = table.keys.sorted()
        values = names.map { table[$0] ?? "" }
    }

    static func < (a: LabelSet, b: LabelSet) -> Bool {
        a.values == b.values
            ? a.names.lexicographicallyPrecedes(b.names) : a.values.lexicographicallyPrecedes(b.values)
    }
}
