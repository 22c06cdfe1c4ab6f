public import Logging
import Metrics
import Synchronization

/// Connects swift-log and swift-metrics to this target, once a process.
public enum TelemetryBootstrap {
    private static let loggingDone = Atomic<Bool>(false)
    private static let metricsDone = Atomic<Bool>(false)

    /// Sends all `Logger`s of the process to `sink`. False when it was done before: the first call stays in force.
    @discardableResult
    public static func logging(
        level: Logger.Level = .info, format: LogFormat = .text, sink: LogSink = .standardError
    ) -> Bool {
        guard !loggingDone.exchange(true, ordering: .sequentiallyConsistent) else { return false }
        LoggingSystem.bootstrap { label in LogLineHandler(label: label, level: level, format: format, sink: sink) }
        return true
    }

    /// Makes `store` the backend of all `Counter`, `Gauge`, `Timer` of the process. False when it was done before.
    @discardableResult
    public static func metrics(_ store: MetricsStore) -> Bool {
        guard !metricsDone.exchange(true, ordering: .sequentiallyConsistent) else { return false }
        MetricsSystem.bootstrap(store)
        return true
    }
}
