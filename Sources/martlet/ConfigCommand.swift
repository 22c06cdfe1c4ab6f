import ArgumentParser
import ChainRegistry
import EVMCodec

/// `martlet config show`: every value in force and where it came from.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show the configuration in force.", subcommands: [Show.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print each value with where it came from. Files hold no secrets, so nothing is hidden.")
        @OptionGroup var options: ConfigOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let settings = try options.load().settings
            if json {
                let rows: [JSON] = settings.map {
                    ["key": .string($0.key), "value": .string($0.text), "origin": .string($0.origin.description)]
                }
                return Terminal.out(JSON.array(rows).text)
            }
            for setting in settings { Terminal.out("\(setting.key) = \(setting.text)  # \(setting.origin)") }
        }
    }
}
