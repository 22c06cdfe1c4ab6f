import ArgumentParser

/// `martlet pools`: the pool store, and the models of pools.
struct PoolsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pools", abstract: "Sync, look at, quote and check pools.",
        subcommands: [
            PoolsSyncCommand.self, PoolsListCommand.self, PoolsShowCommand.self, PoolsQuoteCommand.self,
            PoolsVerifyCommand.self, PoolsExportCommand.self, PoolsImportCommand.self, PoolsVectorsCommand.self,
        ])
}
