public import Metrics
import Synchronization

/// Every metric of the process: the backend of swift-metrics and the source of the Prometheus page.
///
/// ```
/// Counter(label: "martlet.bundles", dimensions: [("state", "landed")])   -> martlet_bundles_total{state="landed"}
/// Timer(label: "martlet.step")                                           -> martlet_step_seconds (histogram)
/// Gauge(label: "martlet.head")                                           -> martlet_head
/// ```
/// Bounded: at most `Limits.familiesMax` names and `Limits.seriesMax` label sets a name. What comes beyond is counted
/// together in one series labelled `overflow="true"` and in `martlet_metrics_series_refused_total`, so that a hostile
/// label cannot eat the memory.
/// Thread rule: any thread. Creating a series takes a lock; updating one takes an atomic (counters, gauges) or a
/// short lock of its own.
public final class MetricsStore: MetricsFactory {
    /// How much is kept.
    public struct Limits: Sendable {
        /// Most metric names.
        public var familiesMax = 512
        /// Most label sets of one name.
        public var seriesMax = 128
        /// Most labels of one series.
        public var labelsMax = 8
        /// Longest label value, in Unicode scalars; the rest is cut.
        public var valueScalarsMax = 96

        /// The default limits.
        public init() {}
    }

    /// Name of the counter of refused series.
    static let refusedName = "martlet_metrics_series_refused_total"

    struct Family {
        let kind: SeriesKind
        var series: [LabelSet: any MetricSeries] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var help: [String: String]
        var refused: UInt64 = 0
    }

    private let limits: Limits
    private let state: Mutex<State>

    /// Makes an empty store. `help` gives the HELP text of exposed names; see also `describe`.
    public init(limits: Limits = Limits(), help: [String: String] = [:]) {
        self.limits = limits
        state = Mutex(State(help: help))
    }

    /// Sets the HELP text of the exposed name (`martlet_step_seconds`), one sentence.
    public func describe(_ name: String, help: String) { state.withLock { $0.help[name] = help } }

    /// Number of exposed names and of series in all.
    public var size: (families: Int, series: Int) {
        state.withLock { ($0.families.count, $0.families.values.reduce(0) { $0 + $1.series.count }) }
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, .counter) as? CounterSeries ?? CounterSeries()
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        find(label, dimensions, .floatingCounter) as? FloatingCounterSeries ?? FloatingCounterSeries()
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions, .gauge) as? GaugeSeries ?? GaugeSeries()
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate {
            return find(label, dimensions, .sizes) as? HistogramSeries ?? HistogramSeries(buckets: Buckets.sizes)
        }
        return find(label, dimensions, .gauge) as? GaugeSeries ?? GaugeSeries()
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, .seconds) as? HistogramSeries ?? HistogramSeries(buckets: Buckets.seconds)
    }

    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    // MARK: Series

    /// The series of that name and labels, made when new; nil when the name is taken by another kind or the table is
    /// full.
    /// The caller then hands out a series that nobody reads: instrumented code never has to handle a failure.
    private func find(_ label: String, _ dimensions: [(String, String)], _ kind: SeriesKind) -> (any MetricSeries)? {
        let name = ExposedName.metric(label, kind)
        let labels = LabelSet(dimensions, limits: limits, isHistogram: kind.isHistogram)
        return state.withLock { state in
            if state.families[name] == nil {
                guard state.families.count < limits.familiesMax else {
                    state.refused += 1
                    return nil
                }
                state.families[name] = Family(kind: kind)
            }
            guard let family = state.families[name], family.kind == kind else {
                state.refused += 1
                return nil
            }
            if let known = family.series[labels] { return known }
            let isFull = family.series.count >= limits.seriesMax
            if isFull { state.refused += 1 }
            let place = isFull ? LabelSet.overflow : labels
            if let known = family.series[place] { return known }
            let made = kind.makeSeries()
            state.families[name]?.series[place] = made
            return made
        }
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let place = family.series.first(where: { $0.value === handler })?.key else { continue }
                state.families[name]?.series[place] = nil
                if state.families[name]?.series.isEmpty == true { state.families[name] = nil }
                return
            }
        }
    }

    // MARK: Reading

    /// One name with its series in label order, as the exposition writes it.
    struct Exposed {
        let name: String
        let kind: SeriesKind
        let help: String
        let series: [(labels: LabelSet, value: SeriesValue)]
    }

    /// Everything by name, then labels: the same state always prints the same page.
    func exposed() -> [Exposed] {
        let (families, help, refused) = state.withLock { ($0.families, $0.help, $0.refused) }
        var all = families.map { name, family in
            Exposed(
                name: name, kind: family.kind, help: help[name] ?? "Not described.",
                series: family.series.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) })
        }
        all.append(
            Exposed(
                name: MetricsStore.refusedName, kind: .counter,
                help: "Requests for a metric series beyond the limits, or under a name of another kind.",
                series: [(LabelSet.none, .number(Double(refused)))]))
        return all.sorted { $0.name < $1.name }
    }
}
