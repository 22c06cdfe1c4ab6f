import AdminAPI
import ArgumentParser
import ChainRegistry
import EVMCodec
import Foundation
import KeyVault
import Logging
import NodeServices
import ServiceLifecycle
import Telemetry
import UnixSignals

/// `martlet node`: the daemon.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Follow a chain, search for arbitrage, and submit what pays. A dry run unless --live is given.",
        discussion: "SIGTERM and Ctrl-C stop it cleanly; kill -9 loses nothing. Logs go to stderr.")

    @OptionGroup var options: ConfigOptions

    @Flag(help: "Really submit bundles. Without it everything is done but that.")
    var live = false

    @Flag(help: "Show the node's life on the terminal; logs then go to <data_dir>/node.log.")
    var view = false

    @Flag(name: .customLong("log-json"), help: "Log JSON lines.")
    var logJSON = false

    func run() async throws {
        ProcessHardening.apply()
        let config = try options.load()
        try prepareFolder(config.node.dataFolder)
        let metrics = MetricsStore()
        TelemetryBootstrap.metrics(metrics)
        let sink = view ? LogSink.file(config.node.dataFolder + "/node.log") ?? .standardError : .standardError
        TelemetryBootstrap.logging(
            level: Logger.Level(rawValue: config.node.logLevel.rawValue) ?? .info, format: logJSON ? .json : .text,
            sink: sink)
        let logger = Logger(label: "martlet.node")
        let node = try await opened(config, logger: logger)
        try await serve(node, config, metrics: metrics, logger: logger)
    }

    private func opened(_ config: NodeConfig, logger: Logger) async throws -> MartletNode {
        do {
            return try await MartletNode.open(config, isLive: live, logger: logger)
        } catch let failure as NodeFailure {
            throw CLIFailure(failure)
        }
    }

    private func serve(_ node: MartletNode, _ config: NodeConfig, metrics: MetricsStore, logger: Logger) async throws {
        let stop = ShutdownRequest()
        let handlers = AdminHandlers(node: node, metrics: metrics, stop: stop)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        do {
            for server in try AdminServers.make(config.admin, handlers: handlers, logger: logger) {
                services.append(.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup))
            }
        } catch {
            throw CLIFailure(code: .badConfiguration, message: "\(error)")
        }
        services.append(.init(service: node, successTerminationBehavior: .gracefullyShutdownGroup))
        if view { services.append(.init(service: ViewService(node: node), successTerminationBehavior: .ignore)) }
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(10)
        let serviceGroup = ServiceGroup(configuration: group)
        stop.set { await serviceGroup.triggerGracefulShutdown() }
        do {
            try await serviceGroup.run()
        } catch let failure as NodeFailure {
            throw CLIFailure(failure)
        } catch {
            throw CLIFailure(code: .failed, message: "\(error)")
        }
    }

    private func prepareFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CLIFailure(
                code: .badConfiguration,
                message: "[node] data_dir \(path) cannot be made or used as a folder; check path and permissions")
        }
    }
}

extension CLIFailure {
    /// The exit code of a node's failure.
    init(_ failure: NodeFailure) {
        let code: ExitStatus =
            switch failure.kind {
            case .configuration: .badConfiguration
            case .peer: .peerFailed
            case .refused: .refused
            case .failed: .failed
            }
        self.init(code: code, message: failure.message)
    }
}

/// Redraws the view every second from the same answers the admin API gives.
struct ViewService: Service {
    let node: MartletNode

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var view = NodeView()
            while !Task.isCancelled {
                let standing = await node.standing()
                var status = standing.details
                status["chain"] = .string(node.chainName)
                status["chainId"] = .integer(node.chainID)
                status["live"] = .bool(node.sendsBundles)
                status["paused"] = .bool(standing.isPaused)
                status["head"] = standing.head.map { ["number": .integer($0.number), "hash": .hash($0.hash)] } ?? .null
                let bundles = (try? await node.bundles(limit: 8, after: nil, state: nil).items) ?? []
                view.draw(status: .object(status), bundles: bundles)
                try? await Task.sleep(for: .seconds(view.isTerminal ? 1 : 5))
            }
        }
    }
}
