import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault

let secretHex = "8f2a559490c9f8a2c1a7b6d5e4f30112233445566778899aabbccddeeff00112"
let executor = Address(hex: "0x3535353535353535353535353535353535353535") ?? .zero

func testKey() -> PrivateKey {
    guard let key = PrivateKey(bytes: Hex.decode(secretHex) ?? []) else { fatalError("not a key") }
    return key
}

func rules(_ address: Address) -> KeyPolicy {
    var chain = ChainPolicy(
        chainID: 1, routes: [.bundle, .public], kinds: [.legacy, .accessList, .dynamicFee, .setCode],
        targets: [.init(executor, selectors: [0xaabb_ccdd])], feePerGasWeiMax: 1_000, gasLimitMax: 1_000_000)
    chain.delegates = [executor]
    chain.auctions = [executor]
    return KeyPolicy(
        address: address, allowsMessages: true,
        typedData: [.init(chainID: 1, contract: executor, primaryType: "Bid")], chains: [chain])
}

func transaction(_ nonce: UInt64 = 0, _ change: (inout Transaction) -> Void = { _ in }) -> Transaction {
    var transaction = Transaction(kind: .dynamicFee, chainID: 1, nonce: nonce, gasLimit: 100_000, to: executor)
    transaction.data = [0xaa, 0xbb, 0xcc, 0xdd, 9]
    transaction.maxFeePerGas = 90
    transaction.maxPriorityFeePerGas = 40
    change(&transaction)
    return transaction
}

/// One request of every kind that the rules allow.
func everyKind() throws -> [SigningRequest] {
    let typed = try JSON.parse(
        """
        {"types":{"EIP712Domain":[{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
        "Bid":[{"name":"round","type":"uint64"}]},"primaryType":"Bid",
        "domain":{"chainId":1,"verifyingContract":"\(executor.hex)"},"message":{"round":7}}
        """)
    var legacy = Transaction(kind: .legacy, chainID: 1, nonce: 1, gasLimit: 50_000, to: executor)
    legacy.gasPrice = 7
    legacy.data = [0xaa, 0xbb, 0xcc, 0xdd]
    let listed = transaction(2) { $0.accessList = [.init(address: executor, storageKeys: [.zero])] }
    return [
        .transaction(transaction(), .bundle), .transaction(legacy, .public), .transaction(listed, .bundle),
        .message(Array("hello".utf8)), try SigningRequest(.typedData(typed)),
        try SigningRequest(.authorization(.init(chainID: 1, address: executor, nonce: 3))),
        try SigningRequest(.timeboost(.init(chainID: 1, auction: executor, round: 4, sequence: 5, transaction: [6]))),
    ]
}

final class TemporaryFolder {
    let path = NSTemporaryDirectory() + "martlet-signers-\(UUID().uuidString.prefix(8))"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Runs a program to its end; nil when it is not there. Its output is not read: a pipe's end may be inherited by the
/// processes that other tests start meanwhile, and would then never end.
@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> Int32? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 127 ? nil : process.terminationStatus
}
