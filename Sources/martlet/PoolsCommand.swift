import ArgumentParser

/// `martlet pools`: the models of pools.
struct PoolsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pools", abstract: "Check the models of pools against recorded answers.",
        subcommands: [PoolsVectorsCommand.self])
}
