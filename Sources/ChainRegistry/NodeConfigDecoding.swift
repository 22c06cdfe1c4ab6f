internal import EVMTypes

/// Reads the sections of `martlet.toml`. Relative paths in the file are taken from the file's folder.
struct NodeConfigReader {
    let top: TableReader
    let chainName: String
    /// Folder that relative paths of the configuration file start from; paths of environment and flags start from
    /// the current folder.
    let fileFolder: String
    let homeFolder: String

    /// A path; relative ones are made absolute against the folder of whoever gave them.
    func path(_ reader: TableReader, _ key: String, standard: String? = nil) -> String? {
        reader.value(key, standard: standard, required: false, expected: "a path", show: { $0 }) {
            guard case .text(let text) = $0.value, !text.isEmpty, !text.contains("\0") else { return nil }
            if text.hasPrefix("/") { return text }
            if text.hasPrefix("~/") { return homeFolder + text.dropFirst(1) }
            return $0.origin.isText ? text : fileFolder + "/" + text
        }
    }

    func node() -> NodeSection {
        let section = top.section("node")
        let folder = path(section, "data_dir", standard: "\(homeFolder)/.martlet/\(chainName)")
        let endpoints = section.texts("endpoints", standard: [], expected: "a list; each \(Endpoint.expected)")
        var read: [Endpoint] = []
        for text in endpoints {
            if let endpoint = Endpoint(text) {
                read.append(endpoint)
            } else {
                section.refuse("endpoints", "holds \"\(Endpoint.withoutSecrets(text))\"", expected: Endpoint.expected)
            }
        }
        let level = section.choice("log_level", standard: LogLevel.info)
        let sync = section.boolean("sync_commits", standard: true)
        section.finish()
        return NodeSection(dataFolder: folder ?? "", endpoints: read, logLevel: level ?? .info, syncCommits: sync)
    }

    func keys() -> KeysSection {
        let section = top.section("keys")
        let keys = KeysSection(
            searcherKeystore: path(section, "searcher_keystore"),
            searcherPasswordFile: path(section, "searcher_password_file"),
            relayKeystore: path(section, "relay_keystore"), relayPasswordFile: path(section, "relay_password_file"),
            signers: section.rows("signer").compactMap { signer($0) })
        section.finish()
        return keys
    }

    private enum Role: String, CaseIterable { case executor, bundle, treasury }
    private enum Door: String, CaseIterable {
        case rest
        case jsonRPC = "json-rpc"
    }

    private func signer(_ row: TableReader) -> SignerSection? {
        let role: Role? = row.choice("role"), home: SignerSection.Home? = row.choice("home")
        let door = row.choice("door", standard: Door.rest)
        let signer = SignerSection(
            role: role?.rawValue ?? "", chains: row.texts("chains"), home: home ?? .keystore,
            address: row.address("address", required: home != nil && home != .keystore),
            keystore: path(row, "keystore"), passwordFile: path(row, "password_file"),
            passwordEnvironment: row.text("password_env", required: false),
            passwordCredential: row.text("password_credential", required: false), socket: path(row, "socket"),
            url: row.text("url", required: false), door: door?.rawValue ?? "", tlsRoots: path(row, "tls_roots"),
            tlsCertificate: path(row, "tls_certificate"), tlsKey: path(row, "tls_key"), module: path(row, "module"),
            token: row.text("token", required: false), label: row.text("label", required: false),
            policy: path(row, "policy"), audit: path(row, "audit"), stopFile: path(row, "stop_file"))
        row.finish()
        let needed: [(String, Bool)] =
            switch home {
            case .keystore: [("keystore", signer.keystore == nil), ("policy", signer.policy == nil)]
            case .process: [("socket", signer.socket == nil)]
            case .web3signer: [("url", signer.url == nil), ("policy", signer.policy == nil)]
            case .pkcs11:
                [
                    ("module", signer.module == nil), ("token", signer.token == nil), ("label", signer.label == nil),
                    ("policy", signer.policy == nil),
                ]
            case nil: []
            }
        for (key, isMissing) in needed where isMissing {
            row.refuse(key, "is missing", expected: "it, with home = \"\(signer.home.rawValue)\"")
        }
        if (signer.tlsCertificate == nil) != (signer.tlsKey == nil) {
            row.refuse("tls_key", "goes with tls_certificate", expected: "both or neither")
        }
        let sources = [signer.passwordFile, signer.passwordEnvironment, signer.passwordCredential].compactMap(\.self)
        if sources.count > 1 {
            row.refuse(
                "password_file", "is not the only password source",
                expected: "one of password_file, password_env, password_credential")
        }
        return role == nil || home == nil ? nil : signer
    }

    func limits(gasCap: UInt64?, blockTimeMilliseconds: UInt64?) -> LimitsSection {
        let section = top.section("limits")
        let cap = gasCap ?? 16_777_216
        let limits = LimitsSection(
            netProfitMin: section.amount(
                "net_profit_min", standard: U256(100_000_000_000_000 as UInt64), required: false) ?? 0,
            gasPriceMax: section.amount("gas_price_max", standard: U256(300_000_000_000 as UInt64), required: false)
                ?? 0,
            gasLimitMax: section.integer("gas_limit_max", 21_000...cap, standard: min(3_000_000, cap)) ?? 0,
            tipShareBps: section.integer("tip_share_bps", 0...10_000, standard: 5_000) ?? 0,
            dailyLossMax: section.amount(
                "daily_loss_max", standard: U256(100_000_000_000_000_000 as UInt64), required: false) ?? 0,
            bundlesPerBlock: section.integer("bundles_per_block", 0...64, standard: 4) ?? 0,
            failuresInARowMax: section.integer("failures_in_a_row_max", 1...1_000, standard: 5) ?? 0,
            hopsMax: section.integer("hops_max", 2...4, standard: 3) ?? 0,
            inputMax: section.amount("input_max", required: false, unit: ""),
            cooldownBlocks: section.integer("cooldown_blocks", 0...10_000, standard: 2) ?? 0,
            headAgeMaxMilliseconds: section.integer(
                "head_age_max_ms", 100...3_600_000, standard: max(30_000, 4 * (blockTimeMilliseconds ?? 0))) ?? 0,
            targetBlocksAhead: section.integer("target_blocks_ahead", 1...25, standard: 2) ?? 0)
        section.finish()
        return limits
    }

    func search() -> SearchSection {
        let section = top.section("search")
        let relay = section.boolean("relay_simulation", standard: false)
        section.finish()
        return SearchSection(relaySimulation: relay)
    }

    func admin(dataFolder: String) -> AdminSection {
        let section = top.section("admin")
        let socket = path(section, "socket", standard: "\(dataFolder)/admin.sock") ?? ""
        let port = section.integer("http_port", 1...65_535, required: false)
        let secret = path(section, "jwt_secret_file")
        section.finish()
        // sockaddr_un holds 108 bytes with the closing zero.
        if socket.utf8.count > 107 {
            section.refuse(
                "socket", "has \(socket.utf8.count) bytes",
                expected: "a path of at most 107 bytes (the system's limit for sockets)")
        }
        if port != nil, secret == nil {
            section.refuse(
                "jwt_secret_file", "is missing",
                expected: "the file with the JWT secret, since http_port opens the HTTP door")
        }
        return AdminSection(socket: socket, httpPort: port.map { UInt16($0) }, jwtSecretFile: secret)
    }

    func history() -> HistorySection {
        let section = top.section("history")
        let days = section.integer("retention_days", 1...36_500, standard: 90)
        section.finish()
        return HistorySection(retentionDays: days ?? 90)
    }

    /// `[executor] address`, which is short for `[chain_overrides] executor`.
    func executor() -> Setting? {
        let section = top.section("executor")
        let address = section.address("address", required: false)
        section.finish()
        return address == nil ? nil : section.table["address"]
    }
}
