import EVMTypes
import Foundation
import Paths
import Pools

/// `martlet-path-bench FOLDER PROFILE [UPDATES] [GAS-ETH]`: T1 to T11 of facts/pathfinding.md on a generated market.
///
/// Times are processor time of this thread: other work on the machine makes them longer through the caches only.
@main
struct PathBench {
    static func main() {
        do {
            let words = CommandLine.arguments
            guard words.count >= 3 else {
                throw BenchFault(what: "usage: martlet-path-bench FOLDER PROFILE [UPDATES] [GAS-ETH]")
            }
            let folder = URL(fileURLWithPath: words[1]).appendingPathComponent(words[2])
            guard FileManager.default.fileExists(atPath: folder.appendingPathComponent("manifest.json").path) else {
                print("skipped: \(folder.path) is not here (scripts/pathfinder-markets.sh writes it)")
                return
            }
            var run = StreamRun(
                generated: try GeneratedMarket(folder: folder), profile: words[2],
                gas: 1e18 * (words.count > 4 ? Double(words[4]) ?? 0.0003 : 0.0003))
            try run.measure(updates: words.count > 3 ? Int(words[3]) ?? 2000 : 2000)
            run.report()
        } catch {
            FileHandle.standardError.write(Data("martlet-path-bench: \(error)\n".utf8))
            exit(1)
        }
    }
}

struct BenchFault: Error, CustomStringConvertible {
    var what: String
    var description: String { what }
}

/// Microseconds of processor time that this thread has used.
func threadMicroseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) * 1e-3
}

/// Samples of one figure.
struct Samples {
    private(set) var values: [Double] = []
    mutating func add(_ value: Double) { values.append(value) }

    /// The value below which a share of the samples lies; 0 without samples.
    func quantile(_ share: Double) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    var text: String {
        String(
            format: "p50 %.2f p90 %.1f p99 %.1f max %.0f us, n %d", quantile(0.5), quantile(0.9), quantile(0.99),
            quantile(1), values.count)
    }
}
