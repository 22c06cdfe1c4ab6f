import EVMCodec
import EVMCrypto
import EVMTypes

/// Who and what the node is; signing with development keys.
enum MiscMethods {
    static let clientVersion = "martlet-devnet/0.1.0"

    static let table: [String: Method] = [
        "eth_chainId": { chain, _ throws(DevnetError) in .quantity(chain.config.chainID) },
        "eth_syncing": { _, _ throws(DevnetError) in false },
        "eth_accounts": { chain, _ throws(DevnetError) in
            .array(chain.config.accounts.map { .address($0.address) })
        },
        "eth_coinbase": { chain, _ throws(DevnetError) in .address(chain.settings.coinbase) },
        "eth_mining": { _, _ throws(DevnetError) in false },
        "net_version": { chain, _ throws(DevnetError) in .string(String(chain.config.chainID)) },
        "net_listening": { _, _ throws(DevnetError) in true },
        "net_peerCount": { _, _ throws(DevnetError) in "0x0" },
        "web3_clientVersion": { _, _ throws(DevnetError) in .string(clientVersion) },
        "web3_sha3": { _, params throws(DevnetError) in .hash(Keccak256.hash(try params.bytes(0))) },
        "rpc_modules": { _, _ throws(DevnetError) in
            [
                "anvil": "1.0", "debug": "1.0", "eth": "1.0", "evm": "1.0", "net": "1.0", "txpool": "1.0",
                "web3": "1.0",
            ]
        },
        "eth_sign": { chain, params throws(DevnetError) in
            .hex(try sign(chain, try params.address(0), EIP191.personalHash(try params.bytes(1))))
        },
        "personal_sign": { chain, params throws(DevnetError) in
            .hex(try sign(chain, try params.address(1), EIP191.personalHash(try params.bytes(0))))
        },
        "eth_signTypedData_v4": { chain, params throws(DevnetError) in
            var value = try params.required(1)
            if let text = value.string {
                guard let parsed = try? JSON.parse(text) else { throw params.wrong(1, "typed data") }
                value = parsed
            }
            let digest: Hash32
            do { digest = try EIP712.TypedData(json: value).digest() } catch {
                throw .params("invalid argument 1: \(error)")
            }
            return .hex(try sign(chain, try params.address(0), digest))
        },
    ]

    private static func sign(
        _ chain: isolated DevnetChain, _ address: Address, _ digest: Hash32
    ) throws(DevnetError) -> [UInt8] {
        guard let signature = chain.accounts[address]?.sign(digest) else { throw DevnetError("unknown account") }
        return signature.bytes65(v27: true)
    }
}
