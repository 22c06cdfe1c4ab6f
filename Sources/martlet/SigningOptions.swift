import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault
import Signers

/// Who signs for a command, and under which rules.
struct SigningOptions: ParsableArguments {
    @Option(
        name: .customLong("signer-socket"), help: "Ask a running `martlet signer` (with --address) instead of a file.")
    var socket: String?
    @Option(name: .customLong("policy"), help: "File of signing rules (default: policy.toml of the key folder).")
    var policy: String?
    @Flag(name: .customLong("without-policy"), help: "Sign this one request although no rule allows it.")
    var withoutPolicy = false

    /// The signature of `request`, or the command's end. Noted in the key's audit log either way.
    func sign(
        _ request: SigningRequest, _ keys: KeysOptions, _ choice: KeyChoice, _ password: PasswordOptions
    ) async throws -> (address: Address, signature: Signature) {
        let signer: any Signer
        if let socket {
            guard let address = try choice.wanted() else {
                throw CLIFailure(code: .badUsage, message: "--signer-socket goes with --address")
            }
            signer = SocketSigner(address: address, path: socket)
        } else {
            signer = try local(request, keys, choice, password)
        }
        switch await signer.sign(request) {
        case .signed(let signature): return (signer.address, signature)
        case .refused(let reason):
            throw CLIFailure(
                code: .refused,
                message: "the signing policy refuses it: \(reason.rawValue) (martlet keys policy show)")
        case .unavailable(let text), .untrustworthy(let text):
            throw CLIFailure(code: .peerFailed, message: text)
        }
    }

    private func local(
        _ request: SigningRequest, _ keys: KeysOptions, _ choice: KeyChoice, _ password: PasswordOptions
    ) throws -> LocalSigner {
        let folder = keys.folder
        let rules = try loadRules(folder)
        let key = try choice.open(folder, password.source)
        let address = key.address
        let policy: KeyPolicy
        if withoutPolicy {
            policy = Self.anything(address, request)
        } else if let found = rules?.first(where: { $0.address == address }) {
            policy = found
        } else if rules == nil, case .message = request.content {
            // A folder without rules: a personal message proves who holds the key and can move nothing.
            policy = KeyPolicy(address: address, allowsMessages: true)
        } else {
            let what = rules == nil ? "there is no \(folder.policyFile)" : "it has no rules for \(address.checksummed)"
            throw CLIFailure(
                code: .refused,
                message: "\(what), so nothing is allowed: write rules (martlet keys policy set) or add --without-policy"
            )
        }
        do throws(KeyVaultError) {
            try folder.makeAuditFolder()
            return try LocalSigner(key: key, policy: policy, audit: folder.auditLog(address), stopFile: folder.stopFile)
        } catch {
            throw CLIFailure(error)
        }
    }

    private func loadRules(_ folder: KeyFolder) throws(CLIFailure) -> [KeyPolicy]? {
        let path = policy ?? folder.policyFile
        do {
            return try KeyPolicyFile.load(path)
        } catch {
            if error.code == .unreadable, policy == nil { return nil }
            throw CLIFailure(code: .badConfiguration, message: error.description)
        }
    }

    /// Rules that allow exactly the kind of thing that is asked for, for one request.
    private static func anything(_ address: Address, _ request: SigningRequest) -> KeyPolicy {
        var policy = KeyPolicy(address: address, allowsMessages: true)
        func chain(_ chainID: UInt64, _ to: Address?) -> ChainPolicy {
            var chain = ChainPolicy(
                chainID: chainID, routes: Set(SigningRoute.allCases),
                kinds: [.legacy, .accessList, .dynamicFee, .blob, .setCode],
                targets: to.map { [ChainPolicy.Target($0)] } ?? [], feePerGasWeiMax: .max, gasLimitMax: .max)
            chain.valueWeiMax = .max
            chain.allowsCreation = to == nil
            chain.nonceGapMax = .max
            return chain
        }
        switch request.content {
        case .transaction(let transaction, _):
            var rules = chain(transaction.chainID ?? 0, transaction.to)
            rules.delegates = Set(transaction.authorizations.map(\.address))
            policy.chains = [rules]
        case .message: break
        case .typedData(let json):
            let domain = json["domain"]
            let chainID = domain?["chainId"].flatMap { $0.uint64 ?? $0.quantityU64 ?? $0.string.flatMap { UInt64($0) } }
            policy.typedData = [
                .init(
                    chainID: chainID, contract: domain?["verifyingContract"]?.address,
                    primaryType: json["primaryType"]?.string ?? "")
            ]
            // A published key must not sign for a real chain by this door either.
            if let chainID { policy.chains = [chain(chainID, nil)] }
        case .authorization(let authorization):
            var rules = chain(authorization.chainID.asUInt64 ?? 0, nil)
            rules.delegates = [authorization.address]
            policy.chains = [rules]
        case .timeboost(let message):
            var rules = chain(message.chainID, nil)
            rules.auctions = [message.auction]
            policy.chains = [rules]
        }
        return policy
    }
}
