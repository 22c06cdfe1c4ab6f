import ArgumentParser
import Foundation

/// The one executable: `martlet <noun> [<verb>]`.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "An on-chain arbitrage node.",
        discussion: """
            Exit codes: 0 done, 1 a check failed or nothing was found, 2 bad usage, 3 bad configuration, \
            4 a peer failed, 5 refused by policy or risk.
            """,
        version: "0.1.0",
        subcommands: [
            NodeCommand.self, ScanCommand.self, KeysCommand.self, ExecutorCommand.self, AdminCommand.self,
            ChainsCommand.self, SignerCommand.self,
            ConfigCommand.self, EVMCommand.self, DevnetCommand.self, SimulateCommand.self, PoolsCommand.self,
        ])

    /// Runs the command line and ends the process with the documented exit code; an error never becomes a trap.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CLIFailure {
            Terminal.error("martlet: \(failure.message)")
            Foundation.exit(failure.code.rawValue)
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if code == .success {
                if !text.isEmpty { Terminal.out(text) }
                Foundation.exit(ExitStatus.done.rawValue)
            }
            if !text.isEmpty { Terminal.error(text) }
            Foundation.exit(code == .validationFailure ? ExitStatus.badUsage.rawValue : ExitStatus.failed.rawValue)
        }
    }
}
