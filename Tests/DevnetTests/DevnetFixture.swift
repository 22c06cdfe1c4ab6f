import EVM
import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import Devnet

/// A devnet with ten accounts, and what the tests do with it.
struct DevnetFixture {
    /// Adds its argument to slot 0, emits the sum with the caller as topic, and reverts with "zero" for zero; without
    /// an argument it gives slot 0 back.
    static let counter: [UInt8] = [
        // No calldata: return slot 0.
        0x36, 0x15, 0x60, 0x26, 0x57,
        // Zero: revert.
        0x5f, 0x35, 0x80, 0x15, 0x60, 0x30, 0x57,
        // sum = slot 0 + x; slot 0 = sum; memory 0 = sum.
        0x5f, 0x54, 0x01, 0x80, 0x5f, 0x55, 0x5f, 0x52,
        // LOG2(0, 32, topic 7, caller), then also slot sum = x.
        0x33, 0x60, 0x07, 0x60, 0x20, 0x5f, 0xa2, 0x5f, 0x35, 0x5f, 0x51, 0x55, 0x60, 0x20, 0x5f, 0xf3, 0x00, 0x00,
        // 0x26: read.
        0x5b, 0x5f, 0x54, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3, 0x00,
        // 0x30: revert.
        0x5b, 0x5f, 0x5f, 0xfd,
    ]

    let chain: DevnetChain
    let accounts: [DevAccount]

    init(
        mining: MiningMode = .manual, fork: Hardfork = .prague, _ change: (inout DevnetConfig) -> Void = { _ in }
    ) throws {
        var config = DevnetConfig()
        config.accounts = DevAccount.derived(seed: 1, count: 10)
        config.mining = mining
        config.fork = fork
        change(&config)
        chain = try DevnetChain(config)
        accounts = config.accounts
    }

    /// Init code that deploys a code of at most 255 bytes.
    static func deploying(_ code: [UInt8]) -> [UInt8] {
        [0x60, UInt8(code.count), 0x60, 0x0b, 0x5f, 0x39, 0x60, UInt8(code.count), 0x5f, 0xf3, 0x00] + code
    }

    /// The state that a dump holds.
    static func state(_ dump: JSON) throws -> PinnedState {
        var state = PinnedState(unknown: .absent)
        let accounts = dump["accounts"]?.object ?? [:]
        for (name, account) in zip(accounts.keys, accounts.values) {
            let address = try #require(JSON.string(name).address)
            let code = state.setCode(try #require(account["code"]?.hexBytes))
            state.setAccount(
                address,
                AccountState(
                    nonce: try #require(account["nonce"]?.quantityU64),
                    balance: try #require(account["balance"]?.quantityU256), codeHash: code))
        }
        return state
    }

    func transaction(
        _ account: Int, nonce: UInt64, to: Address?, value: U256 = .zero, data: [UInt8] = [], gas: UInt64 = 200_000,
        cap: U256 = 50_000_000_000, tip: U256 = 1_000_000_000
    ) -> Transaction {
        accounts[account].sign(
            Transaction(
                kind: .dynamicFee, chainID: 1337, nonce: nonce, gasLimit: gas, to: to, value: value, data: data,
                maxFeePerGas: cap, maxPriorityFeePerGas: tip))
    }

    /// Deploys the counter from an account whose nonce is 0.
    func deployCounter(from account: Int = 0) async throws -> Address {
        let creation = transaction(account, nonce: 0, to: nil, data: Self.deploying(Self.counter))
        try await chain.send(creation)
        if await chain.settings.mining == .manual { try await chain.mine() }
        return Creation.address(of: accounts[account].address, nonce: 0)
    }

    /// A random block: transfers and counter calls, some of which revert.
    func randomBlock(_ counter: Address, _ random: inout SeededGenerator) async throws {
        for account in 1..<accounts.count where Bool.random(using: &random) {
            let nonce = try await chain.pendingNonce(of: accounts[account].address)
            let isCall = Bool.random(using: &random)
            let to = isCall ? counter : accounts[Int.random(in: 0..<accounts.count, using: &random)].address
            let amount = U256(UInt64.random(in: 0...5, using: &random))
            let data = isCall ? amount.bigEndianBytes : []
            try await chain.send(
                transaction(
                    account, nonce: nonce, to: to, value: isCall ? .zero : amount, data: data,
                    tip: U256(UInt64.random(in: 1...9, using: &random))))
        }
        try await chain.mine()
    }
}

extension DevnetChain {
    /// The root of the whole state, hashed anew.
    func freshRoot() -> Hash32 { world.head.stateRoot() }

    func json(_ text: String) async throws -> JSON {
        try JSON.parse(await answer(Array(text.utf8), from: .http) ?? [])
    }

    /// The result of a method; its error as text when it fails.
    func ask(_ method: String, _ params: JSON) async throws -> JSON {
        let request = JSON.object(["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": params])
        let answer = try JSON.parse(await answer(request.bytes, from: .http) ?? [])
        return answer["result"] ?? answer["error"]?["message"] ?? .null
    }
}
