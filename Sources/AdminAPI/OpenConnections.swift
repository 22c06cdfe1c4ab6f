import NIOCore
import Synchronization

/// The open connections of a server, so that a stop can close the silent ones at once and the busy ones after their
/// answer.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: (channel: any Channel, isBusy: Bool)] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())

    /// Whether the server stops: connections end after the answer under way.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// False when there are `max` connections already, or the server stops.
    func add(_ channel: any Channel, max: Int) -> Bool {
        state.withLock { state in
            guard state.channels.count < max, !state.isStopping else { return false }
            state.channels[ObjectIdentifier(channel)] = (channel, false)
            return true
        }
    }

    func remove(_ channel: any Channel) { state.withLock { $0.channels[ObjectIdentifier(channel)] = nil } }

    /// Notes the begin or end of an answer.
    func setBusy(_ isBusy: Bool, _ channel: any Channel) {
        state.withLock { $0.channels[ObjectIdentifier(channel)]?.isBusy = isBusy }
    }

    /// Closes the silent connections and gives those that still answer.
    func stop() -> [any Channel] {
        let all = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for connection in all where !connection.isBusy { connection.channel.close(promise: nil) }
        return all.map(\.channel)
    }
}
