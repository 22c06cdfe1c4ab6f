public import EVMCodec

/// The names that the official tests have for Ethereum's forks.
public enum TestFork {
    /// Every name, oldest fork first.
    public static let names: [(name: String, fork: Hardfork)] = [
        ("Frontier", .frontier), ("Homestead", .homestead), ("EIP150", .tangerineWhistle), ("EIP158", .spuriousDragon),
        ("Byzantium", .byzantium), ("Constantinople", .constantinople), ("ConstantinopleFix", .petersburg),
        ("Istanbul", .istanbul), ("Berlin", .berlin), ("London", .london), ("Paris", .paris), ("Shanghai", .shanghai),
        ("Cancun", .cancun), ("Prague", .prague), ("Osaka", .osaka),
    ]

    /// Other names that people use, for command lines.
    private static let aliases: [(name: String, fork: Hardfork)] = [
        ("TangerineWhistle", .tangerineWhistle), ("SpuriousDragon", .spuriousDragon), ("Petersburg", .petersburg),
        ("Merge", .paris),
    ]

    /// The fork with this name in the official tests, exact in its letters; nil when there is none.
    public static func named(_ name: String) -> Hardfork? { names.first { $0.name == name }?.fork }

    /// The fork that somebody means by a name, whatever the case of its letters.
    public static func meant(by name: String) -> Hardfork? {
        (names + aliases).first { $0.name.lowercased() == name.lowercased() }?.fork
    }

    /// The name in the official tests of the fork or network that somebody means; nil when there is none.
    public static func canonical(_ text: String) -> String? {
        if let fork = meant(by: text) { return name(of: fork) }
        return TestNetwork.isKnown(text) ? text : nil
    }

    /// The official tests' name of a fork.
    public static func name(of fork: Hardfork) -> String { names.first { $0.fork == fork }?.name ?? "?" }
}
