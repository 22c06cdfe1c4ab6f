import Foundation
import MarketSync
import Synchronization

/// Shows a sync's progress on stderr: one line drawn again and again on a terminal, else a plain line now and then.
final class SyncDisplay: Sendable {
    private struct State {
        var last: ContinuousClock.Instant?
        var phase: SyncProgress.Phase?
        var isDrawn = false
    }
    private let state = Mutex(State())
    private let isTerminal: Bool
    private let isQuiet: Bool

    init(isQuiet: Bool, isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
        self.isQuiet = isQuiet
        self.isTerminal = isTerminal
    }

    func show(_ progress: SyncProgress) {
        guard !isQuiet else { return }
        state.withLock { state in
            let now = ContinuousClock.now, pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
            let isDue = state.phase != progress.phase || progress.done >= progress.total
            if let last = state.last, now - last < pause, !isDue { return }
            (state.last, state.phase) = (now, progress.phase)
            write(isTerminal ? "\r\u{1b}[K" + Self.line(progress, bar: 24) : Self.line(progress, bar: 0) + "\n")
            state.isDrawn = isTerminal
        }
    }

    /// Ends the drawn line, so that what follows starts on a new one.
    func end() {
        state.withLock { state in
            if state.isDrawn { write("\n") }
            state.isDrawn = false
        }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    /// One line: phase, share, counts, rate and time left.
    static func line(_ progress: SyncProgress, bar width: Int) -> String {
        let share = progress.total == 0 ? 1 : Double(progress.done) / Double(progress.total)
        var parts = ["sync: \(words(progress.phase))"]
        if width > 0 {
            let filled = min(width, Int(share * Double(width)))
            parts.append(
                "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "]")
        }
        let unit = progress.phase == .discovery ? "blocks" : progress.phase == .tokens ? "tokens" : "pools"
        parts.append("\(Int(share * 100))%, \(progress.done) of \(progress.total) \(unit)")
        if progress.phase == .discovery { parts.append("\(progress.pools) pools") }
        if progress.rate > 0, progress.done < progress.total {
            parts.append(String(format: "%.0f %@/s", progress.rate, unit))
            if let left = progress.secondsLeft { parts.append("\(duration(left)) left") }
        }
        return parts.joined(separator: ", ").replacingOccurrences(of: ", [", with: " [")
    }

    private static func words(_ phase: SyncProgress.Phase) -> String {
        switch phase {
        case .discovery: "finding pools"
        case .state: "reading state"
        case .tokens: "simulating transfers"
        case .check: "checking"
        }
    }

    /// Hours, minutes and seconds, the largest two that are not zero.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 3_600_000).rounded(.up))
        if whole >= 3_600 { return "\(whole / 3_600) h \(whole % 3_600 / 60) min" }
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }
}
