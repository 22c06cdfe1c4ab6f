import ArgumentParser
import ChainRegistry

/// Where a command reads its chain and configuration from.
struct ConfigOptions: ParsableArguments {
    @Option(name: .customLong("chain"), help: "Name of a chain file, for example ethereum or devnet.")
    var chain: String

    @Option(name: .customLong("config"), help: "martlet.toml: endpoints, keys, executor, limits, overrides.")
    var config: String?

    @Option(
        name: .customLong("chains-dir"), help: "Folder of chain files (default: $MARTLET_CHAINS, ./chains, built in).")
    var chainsFolder: String?

    @Option(name: .customLong("deployment"), help: "JSON that describes the contracts of a local chain.")
    var deployment: String?

    @Option(
        name: .customLong("set"), help: "Sets one key, for example --set limits.tip_share_bps=500. May be repeated.")
    var settings: [String] = []

    /// Loads and validates everything; every fault is one line and the exit code is 3.
    func load() throws -> NodeConfig {
        var flags: [String: String] = [:]
        for setting in settings {
            guard let split = setting.firstIndex(of: "="), setting[..<split].contains(".") else {
                throw CLIFailure(code: .badUsage, message: "--set takes SECTION.KEY=VALUE, not \"\(setting)\"")
            }
            flags[String(setting[..<split])] = String(setting[setting.index(after: split)...])
        }
        do {
            return try NodeConfig.load(
                ConfigSources(
                    chainName: chain, chainsFolder: chainsFolder, configFile: config, deploymentFile: deployment,
                    flags: flags))
        } catch {
            throw CLIFailure(code: .badConfiguration, message: error.description)
        }
    }
}
