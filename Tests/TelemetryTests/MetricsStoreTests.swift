import Metrics
import Testing

@testable import Telemetry

@Suite struct MetricsStoreTests {
    @Test func aCounterGaugeAndTimerPrintAsPrometheusExpects() {
        let store = MetricsStore(help: ["martlet_bundles_total": "Bundles by state.\nSecond line \\ here."])
        let landed = Counter(label: "martlet.bundles", dimensions: [("state", "landed")], factory: store)
        landed.increment(by: 3)
        Gauge(label: "martlet.head", factory: store).record(21_000_000)
        Timer(label: "martlet.step", factory: store).recordNanoseconds(60_000)
        let page = PrometheusText.page(store)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.contains(#"# HELP martlet_bundles_total Bundles by state.\nSecond line \\ here."#))
        #expect(lines.contains("# TYPE martlet_bundles_total counter"))
        #expect(lines.contains(#"martlet_bundles_total{state="landed"} 3"#))
        #expect(lines.contains("# TYPE martlet_head gauge"))
        #expect(lines.contains("martlet_head 21000000"))
        #expect(lines.contains("# TYPE martlet_step_seconds histogram"))
        #expect(lines.contains(#"martlet_step_seconds_bucket{le="5e-05"} 0"#))
        #expect(lines.contains(#"martlet_step_seconds_bucket{le="0.0001"} 1"#))
        #expect(lines.contains(#"martlet_step_seconds_bucket{le="+Inf"} 1"#))
        #expect(lines.contains("martlet_step_seconds_sum 6e-05"))
        #expect(lines.contains("martlet_step_seconds_count 1"))
        #expect(page.hasSuffix("\n"))
    }

    @Test func hostileLabelValuesAndNamesAreEscapedOrReplaced() {
        let store = MetricsStore()
        Counter(label: "9 lives\n", dimensions: [("__name__", "a\"b\\c\nd"), ("le", "x")], factory: store).increment()
        let page = PrometheusText.page(store)
        #expect(page.contains(#"_9_lives__total{_name__="a\"b\\c\nd",le="x"} 1"#))
        Timer(label: "t", dimensions: [("le", "mine")], factory: store).recordNanoseconds(1)
        #expect(PrometheusText.page(store).contains(#"t_seconds_bucket{exported_le="mine",le="1e-05"} 1"#))
    }

    @Test func bucketsAreCumulativeAndBoundsAreInclusive() {
        let store = MetricsStore()
        let recorder = Recorder(label: "sizes", aggregate: true, factory: store)
        for value in [1, 2, 2, 3, 2_000_000] { recorder.record(Int64(value)) }
        let page = PrometheusText.page(store)
        #expect(page.contains("sizes_bucket{le=\"1\"} 1\n"))
        #expect(page.contains("sizes_bucket{le=\"2\"} 3\n"))
        #expect(page.contains("sizes_bucket{le=\"5\"} 4\n"))
        #expect(page.contains("sizes_bucket{le=\"1000000\"} 4\n"))
        #expect(page.contains("sizes_bucket{le=\"+Inf\"} 5\n"))
        #expect(page.contains("sizes_sum 2000008\n"))
    }

    @Test func seriesBeyondTheLimitShareOneOverflowSeriesAndAreCounted() {
        var limits = MetricsStore.Limits()
        limits.seriesMax = 4
        limits.familiesMax = 2
        let store = MetricsStore(limits: limits)
        for index in 0..<100 { Counter(label: "c", dimensions: [("i", "\(index)")], factory: store).increment() }
        #expect(store.size == (families: 1, series: 5))
        let page = PrometheusText.page(store)
        #expect(page.contains("c_total{overflow=\"true\"} 96\n"))
        #expect(page.contains("martlet_metrics_series_refused_total 96\n"))
        Gauge(label: "d", factory: store).record(1)
        Gauge(label: "e", factory: store).record(1)
        #expect(!PrometheusText.page(store).contains("\ne "))
        #expect(store.size.families == 2)
    }

    @Test func aNameKeepsItsFirstKindAndOthersAreRefusedQuietly() {
        let store = MetricsStore()
        Gauge(label: "x_total", factory: store).record(5)
        Counter(label: "x", factory: store).increment()
        let page = PrometheusText.page(store)
        #expect(page.contains("# TYPE x_total gauge\nx_total 5\n"))
        #expect(page.contains("martlet_metrics_series_refused_total 1\n"))
    }

    @Test func theSameLabelsInAnyOrderAreOneSeriesAndDestroyRemovesIt() {
        let store = MetricsStore()
        let first = Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: store)
        let second = Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: store)
        first.increment()
        second.increment()
        #expect(PrometheusText.page(store).contains("c_total{a=\"1\",b=\"2\"} 2\n"))
        first.destroy()
        #expect(store.size == (families: 0, series: 0))
    }

    @Test func metersAndFloatingCountersAndNonFiniteValuesAreHandled() {
        let store = MetricsStore()
        let meter = Meter(label: "m", factory: store)
        meter.set(2.5)
        meter.increment(by: 1)
        meter.decrement(by: 0.25)
        let sum = FloatingPointCounter(label: "f", factory: store)
        sum.increment(by: 0.5)
        sum.increment(by: Double.nan)
        Gauge(label: "inf", factory: store).record(-Double.infinity)
        Recorder(label: "h", aggregate: true, factory: store).record(Double.nan)
        let page = PrometheusText.page(store)
        #expect(page.contains("\nm 3.25\n"))
        #expect(page.contains("f_total 0.5\n"))
        #expect(page.contains("inf -Inf\n"))
        #expect(page.contains("h_count 0\n"))
    }

    @Test func manyThreadsLoseNoCount() async {
        let store = MetricsStore()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "c", factory: store)
                    let timer = Timer(label: "t", factory: store)
                    for _ in 0..<1_000 {
                        counter.increment()
                        timer.recordNanoseconds(1_000)
                    }
                }
            }
        }
        let page = PrometheusText.page(store)
        #expect(page.contains("c_total 8000\n"))
        #expect(page.contains("t_seconds_count 8000\n"))
    }
}
