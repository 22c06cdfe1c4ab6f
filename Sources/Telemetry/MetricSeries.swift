import Metrics
import Synchronization

/// Upper bounds of the fixed histogram buckets. Fixed, so that graphs of different runs and machines can be laid side
/// by side.
public enum Buckets {
    /// For timers, in seconds: 10 us to 10 s.
    public static let seconds: [Double] = [
        0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
        2.5, 5, 10,
    ]
    /// For aggregating recorders (sizes, counts): 1 to 10^6.
    public static let sizes: [Double] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000,
    ]
}

/// What a series is; fixed for all series of a name.
enum SeriesKind: Sendable {
    case counter, floatingCounter, gauge, seconds, sizes

    var isHistogram: Bool { self == .seconds || self == .sizes }

    var isCounter: Bool { self == .counter || self == .floatingCounter }

    /// The word of the TYPE line.
    var exposedType: String { isHistogram ? "histogram" : isCounter ? "counter" : "gauge" }

    func makeSeries() -> any MetricSeries {
        switch self {
        case .counter: CounterSeries()
        case .floatingCounter: FloatingCounterSeries()
        case .gauge: GaugeSeries()
        case .seconds: HistogramSeries(buckets: Buckets.seconds)
        case .sizes: HistogramSeries(buckets: Buckets.sizes)
        }
    }
}

/// A reading of one series.
enum SeriesValue: Sendable, Equatable {
    case number(Double)
    case integer(UInt64)
    /// Count per bucket (not cumulative; the last one is above all bounds), sum and bounds.
    case histogram(counts: [UInt64], sum: Double, bounds: [Double])
}

protocol MetricSeries: AnyObject, Sendable {
    var value: SeriesValue { get }
}

/// A count that only grows (until `reset`). Wraps at 2^64, which no run reaches.
final class CounterSeries: CounterHandler, MetricSeries {
    private let count = Atomic<UInt64>(0)

    func increment(by amount: Int64) {
        // swift-metrics asks for amounts >= 0; a negative one would break the meaning of a counter, so it is dropped.
        if amount > 0 { count.wrappingAdd(UInt64(amount), ordering: .relaxed) }
    }

    func reset() { count.store(0, ordering: .relaxed) }

    var value: SeriesValue { .integer(count.load(ordering: .relaxed)) }
}

/// A sum of Doubles that only grows.
final class FloatingCounterSeries: FloatingPointCounterHandler, MetricSeries {
    private let sum = Mutex<Double>(0)

    func increment(by amount: Double) {
        guard amount.isFinite, amount > 0 else { return }
        sum.withLock { $0 += amount }
    }

    func reset() { sum.withLock { $0 = 0 } }

    var value: SeriesValue { .number(sum.withLock { $0 }) }
}

/// A value that goes up and down: gauges, meters and recorders that do not aggregate.
final class GaugeSeries: RecorderHandler, MeterHandler, MetricSeries {
    private let current = Mutex<Double>(0)

    func record(_ value: Int64) { current.withLock { $0 = Double(value) } }
    func record(_ value: Double) { current.withLock { $0 = value } }
    func set(_ value: Int64) { record(value) }
    func set(_ value: Double) { record(value) }
    func increment(by amount: Double) { current.withLock { $0 += amount } }
    func decrement(by amount: Double) { current.withLock { $0 -= amount } }

    var value: SeriesValue { .number(current.withLock { $0 }) }
}

/// Counts per fixed bucket and a sum. Timers record seconds. O(buckets) per record, no allocation.
final class HistogramSeries: RecorderHandler, TimerHandler, MetricSeries {
    private struct State {
        var counts: [UInt64]
        var sum: Double = 0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(buckets: [Double]) {
        bounds = buckets
        state = Mutex(State(counts: Array(repeating: 0, count: buckets.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        // A value equal to a bound belongs to that bucket: Prometheus buckets are "less or equal".
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[place] += 1
            $0.sum += value
        }
    }

    var value: SeriesValue { state.withLock { .histogram(counts: $0.counts, sum: $0.sum, bounds: bounds) } }
}
