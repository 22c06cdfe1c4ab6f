import AdminAPI
import ChainRegistry
import EVMCodec
import Foundation
import Logging
import NodeServices
import ServiceLifecycle
import Synchronization
import Telemetry

/// Lets a handler stop the service group that is only made after the handlers.
final class ShutdownRequest: Sendable {
    private let stored = Mutex<(@Sendable () async -> Void)?>(nil)

    /// What stops the node. To be set before the services run.
    func set(_ action: @escaping @Sendable () async -> Void) { stored.withLock { $0 = action } }

    /// Begins a graceful stop.
    func trigger() async {
        let action = stored.withLock { $0 }
        await action?()
    }
}

extension AdminHandlers {
    /// The admin API's handlers over a running node.
    init(node: MartletNode, metrics: MetricsStore, stop: ShutdownRequest) {
        self.init(
            status: {
                let standing = await node.standing()
                return NodeStatus(
                    chain: node.chainName, chainID: node.chainID, isLive: node.sendsBundles,
                    isPaused: standing.isPaused,
                    head: standing.head, uptimeSeconds: standing.uptimeSeconds, details: standing.details)
            },
            pause: { reason in await node.pause(reason: reason) },
            resume: { await node.resume() },
            shutdown: { await stop.trigger() },
            pools: { query in
                let filter = MartletNode.PoolFilter(
                    token: query.token, dex: query.dex, isUsable: query.isUsable, includesTicks: query.includesTicks)
                let page = await node.pools(limit: query.limit, after: query.after, filter: filter)
                return AdminPage(items: page.items, next: page.next)
            },
            opportunities: { query in
                let page = try await node.opportunities(limit: query.limit, after: query.after, state: query.state)
                return AdminPage(items: page.items, next: page.next)
            },
            bundles: { query in
                let page = try await node.bundles(limit: query.limit, after: query.after, state: query.state)
                return AdminPage(items: page.items, next: page.next)
            },
            health: {
                HealthReport(
                    checks: await node.healthChecks().map {
                        HealthReport.Check(name: $0.name, isHealthy: $0.isHealthy, detail: $0.detail)
                    })
            },
            metrics: { PrometheusText.page(metrics) })
    }
}

/// The servers that `[admin]` asks for.
enum AdminServers {
    /// The Unix socket always; HTTP on loopback when a port is set, which then needs a JWT secret. Throws `AdminError`.
    static func make(_ admin: AdminSection, handlers: AdminHandlers, logger: Logger) throws -> [any Service] {
        let dispatcher = AdminDispatcher(handlers: handlers, logger: logger)
        var servers: [any Service] = [AdminSocketServer(path: admin.socket, dispatcher: dispatcher, logger: logger)]
        if let port = admin.httpPort {
            guard let file = admin.jwtSecretFile else {
                throw CLIFailure(code: .badConfiguration, message: "[admin] http_port needs jwt_secret_file")
            }
            servers.append(
                try AdminHTTPServer(
                    port: Int(port), secret: JWTSecret(file: file), dispatcher: dispatcher, logger: logger))
        }
        return servers
    }
}
