// swift-tools-version: 6.2
// The benchmarks are a package of their own, so that their peers never become dependencies of the product.
// MARTLET_TARGETS reaches the product's manifest as usual: with it only those rows and what they need are resolved.
import PackageDescription

/// The product's libraries that rows measure: add one here when a new row needs it.
let products = [
    "EVMTypes", "EVMCrypto", "EVMCodec", "Pools", "Paths", "Bundles", "RiskRules", "SearchCore", "KeyVault", "Signers",
]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "martlet-benchmarks",
    dependencies: [
        .package(name: "martlet", path: ".."),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    ],
    targets: [
        .target(name: "CAllocationCounter"),
        .target(name: "CPeers", linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("secp256k1")]),
        .executableTarget(
            name: "martlet-bench",
            dependencies: ["CAllocationCounter", "CPeers", .product(name: "BigInt", package: "BigInt")]
                + products.map { .product(name: $0, package: "martlet") },
            path: "Sources/MartletBench",
            swiftSettings: settings),
        .executableTarget(
            name: "martlet-evm-bench",
            dependencies: [
                "CAllocationCounter", .product(name: "Conformance", package: "martlet"),
                .product(name: "EVMCodec", package: "martlet"),
            ],
            path: "Sources/EVMBench",
            swiftSettings: settings),
        .executableTarget(
            name: "martlet-simulate-bench",
            dependencies: ["CAllocationCounter"]
                + ["EVM", "EVMCodec", "EVMTypes"].map { .product(name: $0, package: "martlet") },
            path: "Sources/SimulateBench",
            swiftSettings: settings),
        .executableTarget(
            name: "martlet-keys-bench",
            dependencies: ["CAllocationCounter", "CPeers"]
                + ["EVMTypes", "EVMCrypto", "EVMCodec", "KeyVault", "Signers"].map {
                    .product(name: $0, package: "martlet")
                },
            path: "Sources/KeysBench",
            swiftSettings: settings),
        .executableTarget(
            name: "martlet-market-bench",
            dependencies: ["CAllocationCounter"]
                + ["EVMCodec", "EVMTypes", "Pools", "PoolStore"].map { .product(name: $0, package: "martlet") },
            path: "Sources/MarketBench",
            swiftSettings: settings),
        .executableTarget(
            name: "martlet-path-bench",
            dependencies: ["EVMTypes", "Paths", "Pools"].map { .product(name: $0, package: "martlet") },
            path: "Sources/PathBench",
            swiftSettings: settings),
    ])
