import EVM
import EVMCodec
import EVMTypes

/// The controls that development tools know from anvil and hardhat.
enum ControlMethods {
    static let table: [String: Method] = stateTable.merging(timeTable) { first, _ in first }
        .merging(modeTable) { first, _ in first }

    private static let stateTable: [String: Method] = [
        "anvil_setBalance": { chain, params throws(DevnetError) in
            let balance = try params.word(1)
            try chain.edit(try params.address(0)) { $0.balance = balance }
            return .null
        },
        "anvil_addBalance": { chain, params throws(DevnetError) in
            let amount = try params.word(1)
            try chain.edit(try params.address(0)) { $0.balance = $0.balance.adding(amount) ?? .max }
            return .null
        },
        "anvil_setNonce": { chain, params throws(DevnetError) in
            guard let nonce = try params.number(1) else { throw .params("missing value for required argument 1") }
            try chain.edit(try params.address(0)) { $0.nonce = nonce }
            return .null
        },
        "anvil_setCode": { chain, params throws(DevnetError) in
            let address = try params.address(0), code = try params.bytes(1)
            _ = try chain.headAccount(address)
            let hash = chain.world.setCode(code)
            try chain.edit(address) { $0.codeHash = hash }
            return .null
        },
        "anvil_setStorageAt": { chain, params throws(DevnetError) in
            let address = try params.address(0), key = try params.slot(1), value = try params.slot(2)
            try chain.edit(address) { _ in }
            _ = try chain.slot(address, key, at: chain.world.position)
            chain.world.setSlot(address, key, value)
            return true
        },
    ]

    private static let timeTable: [String: Method] = [
        "evm_increaseTime": { chain, params throws(DevnetError) in
            guard let seconds = try params.number(0), seconds <= UInt64(Int32.max) else {
                throw params.wrong(0, "seconds below 2^31")
            }
            chain.settings.timeOffset += Int64(seconds)
            return .integer(chain.settings.timeOffset)
        },
        "evm_setNextBlockTimestamp": { chain, params throws(DevnetError) in
            guard let time = try params.number(0), time < 1 << 60 else { throw params.wrong(0, "a timestamp") }
            guard time > chain.head.header.timestamp else {
                throw .params(
                    "Timestamp error: \(time) is lower than or equal to previous block's timestamp "
                        + "\(chain.head.header.timestamp)")
            }
            chain.settings.nextTimestamp = time
            return .null
        },
        "evm_setTime": { chain, params throws(DevnetError) in
            guard let time = try params.number(0), time < 1 << 60 else { throw params.wrong(0, "a timestamp") }
            let next = chain.nextTimestamp()
            chain.settings.timeOffset += Int64(time) - Int64(next)
            return .integer(chain.settings.timeOffset)
        },
        "evm_setBlockGasLimit": { chain, params throws(DevnetError) in
            guard let limit = try params.number(0), limit >= 100_000, limit <= 1 << 40 else {
                throw params.wrong(0, "a gas limit of 100000 to 2^40")
            }
            chain.settings.gasLimit = limit
            return true
        },
        "anvil_setNextBlockBaseFeePerGas": { chain, params throws(DevnetError) in
            chain.settings.nextBaseFee = try params.word(0)
            return .null
        },
        "anvil_setCoinbase": { chain, params throws(DevnetError) in
            chain.settings.coinbase = try params.address(0)
            return .null
        },
        "anvil_setPrevRandao": { chain, params throws(DevnetError) in
            chain.settings.nextRandao = Hash32(try params.slot(0))
            return .null
        },
        "evm_snapshot": { chain, _ throws(DevnetError) in .quantity(chain.snapshot()) },
        "evm_revert": { chain, params throws(DevnetError) in
            guard let id = try params.number(0) else { throw .params("missing value for required argument 0") }
            return .bool(chain.revert(to: id))
        },
        "anvil_snapshot": { chain, _ throws(DevnetError) in .quantity(chain.snapshot()) },
        "anvil_revert": { chain, params throws(DevnetError) in
            guard let id = try params.number(0) else { throw .params("missing value for required argument 0") }
            return .bool(chain.revert(to: id))
        },
    ]

    private static let modeTable: [String: Method] = [
        "evm_setAutomine": { chain, params throws(DevnetError) in
            let isOn = try params.flag(0)
            if isOn { chain.setMining(.instant) } else if chain.settings.mining == .instant { chain.setMining(.manual) }
            return true
        },
        "anvil_getAutomine": { chain, _ throws(DevnetError) in .bool(chain.settings.mining == .instant) },
        "evm_setIntervalMining": { chain, params throws(DevnetError) in
            let period = try params.number(0)
            try chain.setPeriod(params[0]?.double ?? period.map { Double($0) })
            return true
        },
        "evm_setPeriod": { chain, params throws(DevnetError) in
            guard let period = params[0]?.double else { throw params.wrong(0, "a number of seconds") }
            if period == 0 { chain.setMining(.instant) } else { try chain.setPeriod(max(0, period)) }
            return true
        },
        "anvil_impersonateAccount": { chain, params throws(DevnetError) in
            chain.settings.impersonated.insert(try params.address(0))
            return .null
        },
        "anvil_stopImpersonatingAccount": { chain, params throws(DevnetError) in
            chain.settings.impersonated.remove(try params.address(0))
            return .null
        },
        "anvil_autoImpersonateAccount": { chain, params throws(DevnetError) in
            chain.settings.impersonatesAll = try params.flag(0)
            return .null
        },
        "anvil_dropTransaction": { chain, params throws(DevnetError) in
            let hash = try params.hash(0)
            return chain.pool.remove(hash) == nil ? .null : .hash(hash)
        },
        "anvil_dropAllTransactions": { chain, _ throws(DevnetError) in
            chain.pool.removeAll()
            return .null
        },
        "anvil_removePoolTransactions": { chain, params throws(DevnetError) in
            let sender = try params.address(0)
            for held in (chain.pool.senders[sender] ?? [:]).values { chain.pool.remove(held.hash) }
            return .null
        },
        "anvil_nodeInfo": { chain, _ throws(DevnetError) in chain.nodeInfo },
        "anvil_metadata": { chain, _ throws(DevnetError) in chain.nodeInfo },
        "anvil_dumpState": { chain, _ throws(DevnetError) in .hex(try chain.dump().bytes) },
        "anvil_loadState": { chain, params throws(DevnetError) in
            guard let json = try? JSON.parse(try params.bytes(0)) else { throw params.wrong(0, "a dumped state") }
            try chain.load(json)
            return true
        },
    ]
}

extension DevnetChain {
    /// Changes an account of the head's state, which the next block's root covers.
    func edit(_ address: Address, _ change: (inout AccountState) -> Void) throws(DevnetError) {
        var account = try headAccount(address) ?? AccountState()
        change(&account)
        world.setAccount(address, account)
    }

    /// Mining by wall clock every so many seconds; 0 or nil mines only on command.
    func setPeriod(_ seconds: Double?) throws(DevnetError) {
        guard let seconds, seconds > 0 else { return setMining(.manual) }
        guard seconds >= 0.01, seconds <= 86_400 else { throw .params("a period is 0.01 to 86400 seconds") }
        setMining(.interval(.milliseconds(Int64(seconds * 1_000))))
    }

    var nodeInfo: JSON {
        let mode: JSON =
            switch settings.mining {
            case .instant: "auto"
            case .interval: "interval"
            case .manual: "none"
            }
        return .object([
            "currentBlockNumber": .quantity(head.number), "currentBlockTimestamp": .integer(head.header.timestamp),
            "currentBlockHash": .hash(head.hash), "hardFork": .string("\(config.fork)"), "transactionOrder": "fees",
            "clientVersion": .string(MiscMethods.clientVersion),
            "environment": .object([
                "baseFee": .quantity(nextBlockBaseFee), "chainId": .integer(config.chainID),
                "gasLimit": .quantity(settings.gasLimit), "gasPrice": .quantity(nextBlockBaseFee),
            ]),
            "miningMode": mode, "pooledTransactions": .integer(pool.count),
            "forkConfig": .object(["forkUrl": .null, "forkBlockNumber": source == nil ? .null : .integer(firstNumber)]),
        ])
    }
}
