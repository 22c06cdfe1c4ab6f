import EVM
import EVMCodec
import EVMCrypto
import EVMTypes
import Simulation

/// The relay: bundles and private transactions in Flashbots' shape. Source: flashbots-docs, `rpc-endpoint.mdx`.
enum RelayMethods {
    static let table: [String: LongMethod] = [
        "eth_sendBundle": { chain, params throws(DevnetError) in
            let object = try params.relayObject()
            let bundle = try BundleReader.bundle(object, chain, signer: params.signer)
            try chain.relay.add(bundle)
            return .object(["bundleHash": .hash(bundle.hash)])
        },
        "eth_cancelBundle": { chain, params throws(DevnetError) in
            guard let id = try params.relayObject()["replacementUuid"]?.string else {
                throw .params("replacementUuid is missing")
            }
            chain.relay.cancel(id, signer: params.signer)
            return .null
        },
        "eth_callBundle": { chain, params throws(DevnetError) in
            let object = try params.relayObject()
            let bundle = try BundleReader.request(.object(object))
            let block = try chain.require(object["stateBlockNumber"].flatMap { RPCParams.block($0) } ?? .latest)
            let simulation = try await chain.withState { chain throws(DevnetError) in
                try chain.callBundle(bundle, on: block)
            }
            guard case .object(var answer) = simulation.json else { return simulation.json }
            answer["firstRevert"] = simulation.firstRevert.map { .hash($0) } ?? .null
            return .object(answer)
        },
        "mev_sendBundle": { chain, params throws(DevnetError) in
            let bundle = try BundleReader.mevBundle(try params.relayObject(), chain, signer: params.signer)
            try chain.relay.add(bundle)
            return .object(["bundleHash": .hash(bundle.hash)])
        },
        "mev_simBundle": { chain, params throws(DevnetError) in
            let bundle = try BundleReader.mevBundle(try params.relayObject(), chain, signer: params.signer)
            let block = chain.head
            var request = BundleRequest()
            request.transactions = bundle.transactions.map {
                BundleTransaction($0.transaction, from: $0.sender, mayRevert: bundle.mayRevert.contains($0.hash))
            }
            let fixed = request
            let outcome = try await chain.withState { chain throws(DevnetError) in
                try chain.callBundle(fixed, on: block)
            }.outcome
            let failed = zip(fixed.transactions, outcome.steps).first { !$1.outcome.isSuccess && !$0.mayRevert }
            var answer: JSONObject = [
                "success": .bool(failed == nil), "stateBlock": .quantity(block.number),
                "mevGasPrice": .quantity(outcome.bundleGasPrice.asU256 ?? .zero),
                "profit": .quantity(outcome.coinbaseDiff.asU256 ?? .zero),
                "refundableValue": .quantity(outcome.ethSentToCoinbase.asU256 ?? .zero),
                "gasUsed": .quantity(outcome.gasUsed),
            ]
            if let failed {
                answer["error"] = "execution reverted"
                answer["revert"] = .hex(failed.1.output)
            }
            return .object(answer)
        },
        "eth_sendPrivateTransaction": { chain, params throws(DevnetError) in
            let object = try params.relayObject()
            guard let raw = object["tx"]?.hexBytes else { throw .params("tx is missing or no hex data") }
            let last = try BundleReader.number(object, "maxBlockNumber") ?? chain.head.number + 25
            return .hash(try await sendPrivate(chain, raw, last))
        },
        "eth_sendPrivateRawTransaction": { chain, params throws(DevnetError) in
            .hash(try await sendPrivate(chain, try params.bytes(0), chain.head.number + 25))
        },
        "eth_cancelPrivateTransaction": { chain, params throws(DevnetError) in
            guard let hash = try params.relayObject()["txHash"]?.hash32 else { throw .params("txHash is missing") }
            guard chain.pool.privateHashes.contains(hash) else { return false }
            chain.pool.remove(hash)
            return true
        },
        "flashbots_getBundleStatsV2": { chain, params throws(DevnetError) in
            guard let hash = try params.relayObject()["bundleHash"]?.hash32 else {
                throw .params("bundleHash is missing")
            }
            guard let bundle = chain.relay.bundles.last(where: { $0.hash == hash && $0.signer == params.signer }) else {
                return .object(["isHighPriority": false, "isSimulated": false])
            }
            return .object([
                "isHighPriority": true, "isSimulated": .bool(bundle.outcome != "waiting"),
                "receivedAt": .integer(bundle.receivedAt), "outcome": .string(bundle.outcome),
                "consideredByBuildersAt": [], "sealedByBuildersAt": [],
            ])
        },
        "flashbots_getUserStatsV2": { chain, params throws(DevnetError) in
            let paid = params.signer.flatMap { chain.relay.paid[$0] } ?? .zero
            return .object([
                "isHighPriority": true, "allTimeValidatorPayments": .string(paid.description),
                "allTimeGasSimulated": "0", "last7dValidatorPayments": .string(paid.description),
                "last1dValidatorPayments": .string(paid.description),
            ])
        },
    ]

    private static func sendPrivate(
        _ chain: isolated DevnetChain, _ raw: [UInt8], _ last: UInt64
    ) async throws(DevnetError) -> Hash32 {
        var pooled = try PooledTransaction(raw: raw)
        pooled.privateUntil = last
        return try await chain.send(pooled)
    }
}

/// Reads bundles. Source: as above; bounds are Flashbots' own.
enum BundleReader {
    static let transactionsMax = BundleRequest.transactionsMax
    static let bytesMax = BundleRequest.bytesMax

    /// What `eth_callBundle` is given.
    static func request(_ json: JSON) throws(DevnetError) -> BundleRequest {
        do throws(SimulationError) { return try BundleRequest(json) } catch { throw DevnetError(error) }
    }

    static func transactions(_ value: JSON?) throws(DevnetError) -> [PooledTransaction] {
        guard let list = value?.array, !list.isEmpty else { throw .params("bundle missing txs") }
        guard list.count <= transactionsMax else { throw .params("a bundle has at most \(transactionsMax) txs") }
        var found: [PooledTransaction] = [], bytes = 0
        for item in list {
            guard let raw = item.hexBytes else { throw .params("a transaction of the bundle is no hex data") }
            bytes += raw.count
            found.append(try PooledTransaction(raw: raw))
        }
        guard bytes <= bytesMax else { throw .params("a bundle has at most \(bytesMax) bytes") }
        return found
    }

    static func number(_ object: JSONObject, _ name: String) throws(DevnetError) -> UInt64? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let number = RPCParams.number(value) else { throw .params("\(name) is not a number") }
        return number
    }

    static func bundle(
        _ object: JSONObject, _ chain: isolated DevnetChain, signer: Address?
    ) throws(DevnetError) -> RelayBundle {
        let transactions = try transactions(object["txs"])
        if let dropping = object["droppingTxHashes"]?.array, !dropping.isEmpty {
            throw .params("droppingTxHashes is not supported")
        }
        guard let block = try number(object, "blockNumber") else { throw .params("blockNumber is missing") }
        guard block > chain.head.number else { throw .params("block number is in the past") }
        var mayRevert: Set<Hash32> = []
        for item in (object["revertingTxHashes"] ?? []).array ?? [] {
            guard let hash = item.hash32 else { throw .params("revertingTxHashes holds no hash") }
            mayRevert.insert(hash)
        }
        let first = try number(object, "minTimestamp") ?? 0
        var last = try number(object, "maxTimestamp") ?? .max
        if last == 0 { last = .max }
        guard first <= last else { throw .params("minTimestamp is after maxTimestamp") }
        return RelayBundle(
            hash: hash(transactions), transactions: transactions, mayRevert: mayRevert, firstBlock: block,
            lastBlock: block, times: first...last,
            replacementUUID: object["replacementUuid"]?.string.flatMap { $0.isEmpty ? nil : $0 }, signer: signer,
            receivedAt: chain.head.header.timestamp)
    }

    /// `mev_sendBundle` with plain transactions, and hashes of such that wait in the pool.
    static func mevBundle(
        _ object: JSONObject, _ chain: isolated DevnetChain, signer: Address?
    ) throws(DevnetError) -> RelayBundle {
        guard let inclusion = object["inclusion"]?.object, let first = try number(inclusion, "block") else {
            throw .params("inclusion.block is missing")
        }
        let last = try number(inclusion, "maxBlock") ?? first
        guard first > chain.head.number, last >= first, last - first <= 30 else {
            throw .params("inclusion is in the past, or spans more than 30 blocks")
        }
        guard let body = object["body"]?.array, !body.isEmpty, body.count <= transactionsMax else {
            throw .params("body has 1 to \(transactionsMax) items")
        }
        var transactions: [PooledTransaction] = [], mayRevert: Set<Hash32> = []
        for item in body {
            if let raw = item["tx"]?.hexBytes {
                let pooled = try PooledTransaction(raw: raw)
                if item["canRevert"]?.bool == true { mayRevert.insert(pooled.hash) }
                transactions.append(pooled)
            } else if let hash = item["hash"]?.hash32 {
                guard let waiting = chain.pool.byHash[hash] else { throw DevnetError("unknown transaction \(hash)") }
                transactions.append(waiting)
            } else {
                throw .params("an item of body is neither tx nor hash")
            }
        }
        return RelayBundle(
            hash: hash(transactions), transactions: transactions, mayRevert: mayRevert, firstBlock: first,
            lastBlock: last, times: 0...UInt64.max, replacementUUID: nil, signer: signer,
            receivedAt: chain.head.header.timestamp)
    }

    static func hash(_ transactions: [PooledTransaction]) -> Hash32 {
        Keccak256.hash(transactions.flatMap(\.hash.bytes))
    }
}
