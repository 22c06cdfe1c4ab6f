import EVM
import EVMCodec
import EVMTypes

/// What gas costs now and cost before.
enum FeeMethods {
    static let table: [String: Method] = [
        "eth_gasPrice": { chain, _ throws(DevnetError) in
            .quantity(chain.nextBlockBaseFee.adding(chain.suggestedTip) ?? .max)
        },
        "eth_maxPriorityFeePerGas": { chain, _ throws(DevnetError) in .quantity(chain.suggestedTip) },
        "eth_baseFee": { chain, _ throws(DevnetError) in .quantity(chain.nextBlockBaseFee) },
        "eth_blobBaseFee": { chain, _ throws(DevnetError) in
            .quantity(try chain.draft().environment.blobBaseFee)
        },
        "eth_feeHistory": { chain, params throws(DevnetError) in
            guard let count = try params.number(0) else { throw .params("missing value for required argument 0") }
            _ = try params.required(1)
            let reference = try params.block(1)
            guard let last = chain.block(reference) else {
                throw DevnetError("request beyond head block: requested \(reference), head \(chain.head.number)")
            }
            let percentiles = try Self.percentiles(params)
            return try chain.feeHistory(min(count, 1_024), last, percentiles)
        },
    ]

    private static func percentiles(_ params: RPCParams) throws(DevnetError) -> [Double]? {
        guard let value = params[2] else { return nil }
        guard let list = value.array, list.count <= 100 else { throw params.wrong(2, "at most 100 percentiles") }
        var found: [Double] = []
        for item in list {
            guard let percentile = item.double, percentile >= 0, percentile <= 100, percentile >= (found.last ?? 0)
            else { throw DevnetError("invalid reward percentile: \(item.text.prefix(40))") }
            found.append(percentile)
        }
        return found
    }
}

extension DevnetChain {
    /// The base fee of the next block.
    var nextBlockBaseFee: U256 { settings.nextBaseFee ?? nextBaseFee }

    /// The 60th percentile of the tips of the last five blocks, at least 1 wei; 1 gwei where there was no transaction.
    var suggestedTip: U256 {
        var tips: [U256] = []
        for block in blocks.suffix(5) {
            for mined in block.transactions { tips.append(tip(of: mined, in: block)) }
        }
        guard !tips.isEmpty else { return 1_000_000_000 }
        return max(.one, tips.sorted()[tips.count * 6 / 10])
    }

    private func tip(of mined: MinedTransaction, in block: SealedBlock) -> U256 {
        mined.effectiveGasPrice.subtracting(block.baseFee) ?? .zero
    }

    /// `eth_feeHistory` of `count` blocks up to `last`.
    func feeHistory(_ count: UInt64, _ last: SealedBlock, _ percentiles: [Double]?) throws(DevnetError) -> JSON {
        guard count > 0 else { return .object(["oldestBlock": "0x0", "gasUsedRatio": []]) }
        let first = max(firstNumber, last.number - min(last.number, count - 1))
        let range = blocks[Int(first - firstNumber)...Int(last.number - firstNumber)]
        let next = block(last.number + 1)
        var fees = range.map { JSON.quantity($0.baseFee) }
        fees.append(.quantity(next?.baseFee ?? nextBlockBaseFee))
        var object: JSONObject = [
            "oldestBlock": .quantity(first), "baseFeePerGas": .array(fees),
            "gasUsedRatio": .array(range.map { Self.ratio($0.header.gasUsed, $0.header.gasLimit) }),
        ]
        if config.fork >= .cancun {
            var blobFees = range.map { JSON.quantity($0.blobBaseFee) }
            let after: U256
            if let next { after = next.blobBaseFee } else { after = try draft().environment.blobBaseFee }
            blobFees.append(.quantity(after))
            object["baseFeePerBlobGas"] = .array(blobFees)
            object["blobGasUsedRatio"] = .array(
                range.map { block in
                    let most = schedule.blobs(timestamp: block.header.timestamp)?.maxGas ?? 0
                    return Self.ratio(block.header.blobGasUsed ?? 0, most)
                })
        }
        if let percentiles { object["reward"] = .array(range.map { rewards($0, percentiles) }) }
        return .object(object)
    }

    private static func ratio(_ used: UInt64, _ most: UInt64) -> JSON {
        used == 0 || most == 0 ? 0 : .number("\(Double(used) / Double(most))")
    }

    /// The tips at shares of the block's gas, cheapest first.
    private func rewards(_ block: SealedBlock, _ percentiles: [Double]) -> JSON {
        guard !block.transactions.isEmpty else { return .array(percentiles.map { _ in "0x0" }) }
        let sorted = block.transactions.map { (tip: tip(of: $0, in: block), gas: $0.gasUsed) }
            .sorted { $0.tip < $1.tip }
        var index = 0, sum = sorted[0].gas
        return .array(
            percentiles.map { percentile in
                let threshold = UInt64(Double(block.header.gasUsed) * percentile / 100)
                while sum < threshold, index < sorted.count - 1 {
                    index += 1
                    sum += sorted[index].gas
                }
                return .quantity(sorted[index].tip)
            })
    }
}
