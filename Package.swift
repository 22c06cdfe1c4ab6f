// swift-tools-version: 6.2
// Martlet's build graph as data. One row a target; a row may only name rows of its own or a lower layer
// (docs/ARCHITECTURE.md). MARTLET_TARGETS=A,B builds only those rows, what they need, and their tests: the core
// layers then need no package from the network.
import Foundation
import PackageDescription

struct Row {
    var layer: Int
    var name: String
    var uses: [String] = []
    var products: [String] = []
    var hasTests = true
}

// MARK: The table

let systemLibraries: [(name: String, pkgConfig: String?, apt: String)] = [
    ("CSecp256k1", "libsecp256k1", "libsecp256k1-dev"),
    ("COpenSSL", "libcrypto", "libssl-dev"),
    ("CCurl", "libcurl", "libcurl4-openssl-dev"),
    ("CRocksDB", nil, "librocksdb-dev"),
    ("CGMP", "gmp", "libgmp-dev"),
    ("CPKCS11", "p11-kit-1", "libp11-kit-dev"),
]

/// C of our own, where Swift has no form for it (docs/adr/0005-keccak-in-c.md).
let cTargets = ["CKeccak"]

let rows: [Row] = [
    Row(layer: 1, name: "EVMTypes"),
    Row(layer: 1, name: "EVMCrypto", uses: ["EVMTypes", "CKeccak", "CSecp256k1", "COpenSSL", "CGMP"]),
    Row(layer: 1, name: "EVMCodec", uses: ["EVMTypes", "EVMCrypto"]),
    Row(layer: 2, name: "Pools", uses: ["EVMTypes", "EVMCrypto", "EVMCodec"]),
    Row(layer: 2, name: "EVM", uses: ["EVMTypes", "EVMCrypto", "EVMCodec"]),
    Row(layer: 2, name: "Paths", uses: ["EVMTypes", "Pools"]),
    Row(layer: 2, name: "ChainCosts", uses: ["EVMTypes", "EVMCrypto", "EVMCodec"]),
    Row(layer: 2, name: "Bundles", uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "Pools", "Paths", "ChainCosts"]),
    Row(layer: 2, name: "RiskRules", uses: ["EVMTypes"]),
    Row(
        layer: 2, name: "SearchCore",
        uses: [
            "EVMTypes", "EVMCrypto", "EVMCodec", "EVM", "Pools", "Paths", "ChainCosts", "Bundles", "RiskRules",
        ]),
    Row(layer: 3, name: "ChainRegistry", uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "Pools", "KeyVault"]),
    Row(layer: 3, name: "KeyVault", uses: ["EVMTypes", "EVMCrypto", "EVMCodec"]),
    Row(
        layer: 3, name: "NodeClient", uses: ["EVMTypes", "EVMCodec", "CCurl"],
        products: ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket", "NIOSSL", "Logging"]),
    Row(
        layer: 3, name: "Signers",
        uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "KeyVault", "NodeClient", "CPKCS11"]),
    Row(layer: 3, name: "Database", uses: ["CRocksDB"]),
    Row(layer: 3, name: "PoolStore", uses: ["EVMTypes", "EVMCodec", "Pools", "Database"]),
    Row(
        layer: 3, name: "ForkState",
        uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "EVM", "NodeClient", "Database"]),
    Row(layer: 3, name: "Relays", uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "NodeClient"]),
    Row(layer: 3, name: "History", uses: ["EVMTypes"], products: ["GRDB"]),
    Row(layer: 4, name: "Conformance", uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "EVM"]),
    Row(layer: 4, name: "Simulation", uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "EVM", "ChainCosts"]),
    Row(layer: 4, name: "PoolVectors", uses: ["EVMTypes", "EVMCodec", "Pools"]),
    Row(
        layer: 4, name: "MarketSync",
        uses: [
            "EVMTypes", "EVMCrypto", "EVMCodec", "EVM", "Pools", "NodeClient", "PoolStore", "ForkState", "Simulation",
        ]),
    Row(layer: 4, name: "Telemetry", uses: ["EVMTypes"], products: ["Logging", "Metrics"]),
    Row(
        layer: 4, name: "NodeServices",
        uses: [
            "EVMTypes", "EVMCrypto", "EVMCodec", "EVM", "Pools", "Paths", "ChainCosts", "Bundles", "RiskRules",
            "SearchCore", "ChainRegistry", "KeyVault", "Signers",
            "NodeClient", "PoolStore", "MarketSync", "Relays", "History", "Telemetry",
        ],
        products: ["Logging", "Metrics", "ServiceLifecycle"]),
    Row(
        layer: 4, name: "AdminAPI", uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "Telemetry"],
        products: ["Hummingbird", "NIOCore", "NIOPosix", "Logging", "ServiceLifecycle"]),
    Row(
        layer: 4, name: "Devnet",
        uses: ["EVMTypes", "EVMCrypto", "EVMCodec", "Pools", "EVM", "Simulation", "ForkState", "NodeClient"],
        products: ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket", "Logging"]),
    Row(
        layer: 5, name: "martlet-fuzz", uses: ["EVMTypes", "EVMCodec", "EVM", "Conformance"], hasTests: false),
    Row(
        layer: 5, name: "martlet",
        uses: [
            "EVMTypes", "EVMCrypto", "EVMCodec", "Pools", "Paths", "Bundles", "RiskRules", "SearchCore",
            "ChainRegistry", "KeyVault", "Signers",
            "NodeClient", "PoolStore", "MarketSync", "Relays", "History", "Telemetry", "NodeServices", "AdminAPI",
            "EVM",
            "Conformance", "Simulation", "ChainCosts", "ForkState", "Devnet", "PoolVectors",
        ],
        products: ["ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals"]),
]

/// Product name -> package identity.
let packageOfProduct: [String: String] = [
    "NIOCore": "swift-nio", "NIOPosix": "swift-nio", "NIOHTTP1": "swift-nio", "NIOWebSocket": "swift-nio",
    "NIOSSL": "swift-nio-ssl",
    "Hummingbird": "hummingbird", "ArgumentParser": "swift-argument-parser", "GRDB": "GRDB.swift",
    "Logging": "swift-log", "Metrics": "swift-metrics", "ServiceLifecycle": "swift-service-lifecycle",
    "UnixSignals": "swift-service-lifecycle",
    "BigInt": "BigInt",
]

let packages: [String: Package.Dependency] = [
    "swift-nio": .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    "swift-nio-ssl": .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    "hummingbird": .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    "swift-argument-parser": .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    "GRDB.swift": .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    "swift-log": .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    "swift-metrics": .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    "swift-service-lifecycle": .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    "BigInt": .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
]

/// Products that only test targets link (second implementations to compare with).
let testProducts: [String: [String]] = ["EVMTypes": ["BigInt"], "Pools": ["BigInt"]]

// MARK: The layer rule

func refuse(_ message: String) -> Never {
    FileHandle.standardError.write(Data("layer rule: \(message)\n".utf8))
    exit(1)
}

let layerOf = Dictionary(
    uniqueKeysWithValues: systemLibraries.map { ($0.name, 0) } + cTargets.map { ($0, 0) }
        + rows.map { ($0.name, $0.layer) })
/// The only L3 targets that other L3 targets may use.
let sharedAdapters: Set = ["NodeClient", "ChainRegistry", "Database", "KeyVault"]
for row in rows {
    for use in row.uses {
        guard let below = layerOf[use] else { refuse("\(row.name) uses \(use), which no row declares") }
        if below > row.layer { refuse("\(row.name) (L\(row.layer)) may not use \(use) (L\(below))") }
        if below == 3, row.layer == 3, !sharedAdapters.contains(use) {
            refuse(
                "adapter \(row.name) may not use adapter \(use); shared are \(sharedAdapters.sorted())"
            )
        }
        if below == 0, rows.first(where: { $0.uses.contains(use) })!.name != row.name {
            refuse("\(use) already has its one Swift door; \(row.name) may not open a second")
        }
    }
}

// MARK: Selection

func closure(of names: [String]) -> Set<String> {
    var found = Set<String>(), open = names
    while let name = open.popLast() {
        guard layerOf[name] != nil else { refuse("MARTLET_TARGETS names \(name), which no row declares") }
        guard found.insert(name).inserted else { continue }
        open += rows.first { $0.name == name }?.uses ?? []
    }
    return found
}

let wanted = (Context.environment["MARTLET_TARGETS"] ?? "").split(separator: ",").map(String.init)
let selected = wanted.isEmpty ? Set(layerOf.keys) : closure(of: wanted)
let selectedRows = rows.filter { selected.contains($0.name) }

// MARK: Targets

func settings(_ name: String, layer: Int) -> [SwiftSetting] {
    var all: [SwiftSetting] = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
    ]
    if layer <= 2, name != "EVM" { all.append(.strictMemorySafety()) }
    // Not above L2: Swift 6.3 then breaks async functions in release builds
    // (docs/adr/0002-no-nonisolated-nonsending.md).
    if layer <= 2 { all.append(.enableUpcomingFeature("NonisolatedNonsendingByDefault")) }
    return all
}

func product(_ name: String) -> Target.Dependency { .product(name: name, package: packageOfProduct[name]!) }

var targets: [Target] = systemLibraries.filter { selected.contains($0.name) }.map {
    .systemLibrary(name: $0.name, pkgConfig: $0.pkgConfig, providers: [.apt([$0.apt])])
}
targets += cTargets.filter { selected.contains($0) }.map { .target(name: $0) }
var usedProducts = Set<String>()
for row in selectedRows {
    let dependencies = row.uses.map { Target.Dependency.target(name: $0) } + row.products.map(product)
    usedProducts.formUnion(row.products)
    targets.append(
        row.layer == 5
            ? .executableTarget(
                name: row.name, dependencies: dependencies, swiftSettings: settings(row.name, layer: row.layer))
            : .target(name: row.name, dependencies: dependencies, swiftSettings: settings(row.name, layer: row.layer)))
    guard row.hasTests else { continue }
    let extra = testProducts[row.name] ?? []
    usedProducts.formUnion(extra)
    targets.append(
        .testTarget(
            name: "\(row.name)Tests",
            dependencies: [.target(name: row.name), .target(name: "TestSupport")]
                + row.uses.filter { layerOf[$0]! > 0 }.map { .target(name: $0) } + row.products.map(product)
                + extra.map(product),
            exclude: [],
            swiftSettings: settings("", layer: 5)))
}
targets.append(
    .target(name: "TestSupport", dependencies: [], path: "Tests/TestSupport", swiftSettings: settings("", layer: 5)))

let package = Package(
    name: "martlet",
    products: selectedRows.filter { $0.layer < 5 }.map { .library(name: $0.name, targets: [$0.name]) },
    dependencies: Set(usedProducts.map { packageOfProduct[$0]! }).sorted().map { packages[$0]! },
    targets: targets)
