internal import EVMTypes

/// What a stored row of a pool of several coins holds beside its identity.
struct CoinRecord: Equatable {
    var coins: [Address]
    var state: CoinPoolState?
    var movesWithTime: Bool
}

// Rows of pools of several coins: count 1, coins 20 each, moves with time 1, has state 1; then the state: amounts 16
// each, whole numbers 16 each, variants 1.
extension PoolRecord {
    static func append(_ record: CoinRecord, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: record.coins.count))
        for coin in record.coins { bytes += coin.bytes }
        bytes += [record.movesWithTime ? 1 : 0, record.state == nil ? 0 : 1]
        guard let state = record.state else { return }
        let fields = fields(of: state)
        for list in fields.lists { for index in 0..<list.count { bytes.append(bigEndian: list[index]) } }
        for number in fields.numbers { bytes.append(bigEndian: number) }
        bytes += fields.variants
    }

    private static func fields(
        of state: CoinPoolState
    ) -> (lists: [TokenAmounts], numbers: [UInt128], variants: [UInt8]) {
        switch state {
        case .curveStable(let pool):
            (
                [pool.balances, pool.rates],
                [
                    UInt128(pool.amplification), UInt128(pool.precision), UInt128(pool.fee),
                    UInt128(pool.offpegFeeMultiplier), UInt128(pool.adminFee),
                ], [pool.product.rawValue]
            )
        case .curveTricrypto(let pool):
            (
                [pool.balances, pool.precisions],
                [
                    pool.priceScale1, pool.priceScale2, pool.amplification, pool.gamma, pool.invariant,
                    UInt128(pool.midFee), UInt128(pool.outFee), UInt128(pool.feeGamma),
                ], [pool.generation.rawValue]
            )
        case .curveTwocrypto(let pool):
            (
                [pool.balances, pool.precisions],
                [
                    pool.priceScale, pool.amplification, pool.gamma, pool.invariant, UInt128(pool.midFee),
                    UInt128(pool.outFee), UInt128(pool.feeGamma),
                ], []
            )
        case .balancerWeighted(let pool):
            ([pool.balances, pool.weights, pool.scales], [UInt128(pool.fee)], [pool.pow.rawValue])
        case .balancerStable(let pool):
            (
                [pool.balances, pool.scalingFactors], [UInt128(pool.amplification), UInt128(pool.fee)],
                [pool.version.rawValue]
            )
        }
    }

    /// How many lists, numbers and variants the state of a kind has.
    private static func shape(of kind: PoolKind) -> (lists: Int, numbers: Int, variants: Int)? {
        switch kind {
        case .curveStable: (2, 5, 1)
        case .curveTricrypto: (2, 8, 1)
        case .curveTwocrypto: (2, 7, 0)
        case .balancerWeighted: (3, 1, 1)
        case .balancerStable: (2, 2, 1)
        default: nil
        }
    }

    /// Reads what is left of a row; nil for anything but the exact bytes of one, never traps.
    static func readCoins(_ reader: inout ByteReader, _ identity: PoolIdentity, _ hasState: Bool) -> CoinRecord? {
        guard let shape = shape(of: identity.kind), reader.left >= 3 else { return nil }
        let count = Int(reader.next(UInt8.self))
        guard (2...TokenAmounts.capacity).contains(count), reader.left >= count * 20 + 2 else { return nil }
        var record = CoinRecord(coins: [], state: nil, movesWithTime: false)
        for _ in 0..<count { record.coins.append(reader.nextAddress()) }
        let sorted = record.coins.sorted()
        guard Set(record.coins).count == count, sorted[0] == identity.token0, sorted[1] == identity.token1 else {
            return nil
        }
        let (moves, known) = (reader.next(UInt8.self), reader.next(UInt8.self))
        guard moves < 2, known == (hasState ? 1 : 0) else { return nil }
        record.movesWithTime = moves == 1
        let size = (shape.lists * count + shape.numbers) * 16 + shape.variants
        guard reader.left == (hasState ? size : 0) else { return nil }
        guard hasState else { return record }
        var lists: [TokenAmounts] = []
        for _ in 0..<shape.lists {
            guard let list = TokenAmounts((0..<count).map { _ in reader.next(UInt128.self) }) else { return nil }
            lists.append(list)
        }
        let numbers = (0..<shape.numbers).map { _ in reader.next(UInt128.self) }
        let variant = shape.variants == 1 ? reader.next(UInt8.self) : 0
        guard let state = state(identity.kind, lists, numbers, variant), state.rangeFault == nil else { return nil }
        record.state = state
        return record
    }

    private static func state(
        _ kind: PoolKind, _ lists: [TokenAmounts], _ numbers: [UInt128], _ variant: UInt8
    ) -> CoinPoolState? {
        let small = numbers.map { UInt64(exactly: $0) }
        switch kind {
        case .curveStable:
            guard let product = CurveStablePool.Product(rawValue: variant), let amplification = small[0],
                let precision = small[1], let fee = small[2], let offpeg = small[3], let adminFee = small[4]
            else { return nil }
            return .curveStable(
                CurveStablePool(
                    balances: lists[0], rates: lists[1], amplification: amplification, precision: precision, fee: fee,
                    offpegFeeMultiplier: offpeg, adminFee: adminFee, product: product))
        case .curveTricrypto:
            guard let generation = CurveTricryptoPool.Generation(rawValue: variant), let midFee = small[5],
                let outFee = small[6], let feeGamma = small[7]
            else { return nil }
            return .curveTricrypto(
                CurveTricryptoPool(
                    balances: lists[0], precisions: lists[1], priceScale1: numbers[0], priceScale2: numbers[1],
                    amplification: numbers[2], gamma: numbers[3], invariant: numbers[4], midFee: midFee,
                    outFee: outFee, feeGamma: feeGamma, generation: generation))
        case .curveTwocrypto:
            guard let midFee = small[4], let outFee = small[5], let feeGamma = small[6] else { return nil }
            return .curveTwocrypto(
                CurveTwocryptoPool(
                    balances: lists[0], precisions: lists[1], priceScale: numbers[0], amplification: numbers[1],
                    gamma: numbers[2], invariant: numbers[3], midFee: midFee, outFee: outFee, feeGamma: feeGamma))
        case .balancerWeighted:
            guard let pow = BalancerFixedPoint.PowVersion(rawValue: variant), let fee = small[0] else { return nil }
            return .balancerWeighted(
                BalancerWeightedPool(balances: lists[0], weights: lists[1], scales: lists[2], fee: fee, pow: pow))
        case .balancerStable:
            guard let version = BalancerStablePool.Version(rawValue: variant), let amplification = small[0],
                let fee = small[1]
            else { return nil }
            return .balancerStable(
                BalancerStablePool(
                    balances: lists[0], scalingFactors: lists[1], amplification: amplification, fee: fee,
                    version: version))
        default: return nil
        }
    }
}
