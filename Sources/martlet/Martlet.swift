import ArgumentParser

@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "martlet", abstract: "An on-chain arbitrage node.")
}
