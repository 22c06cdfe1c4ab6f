public import EVMTypes

/// How many blobs blocks carry and how fast their price moves: what a "blob parameter only" fork changes.
///
/// Source: EIP-4844, EIP-7691, EIP-7840, EIP-7892.
public struct BlobParameters: Hashable, Sendable {
    /// Blobs a block should have on average.
    public var target: UInt32
    /// Most blobs of a block.
    public var max: UInt32
    /// Larger moves the price slower. Not zero on any chain; zero makes blobs unpayable.
    public var updateFraction: UInt64

    /// Gas for a blob (EIP-4844).
    public static let gasPerBlob: UInt64 = 1 << 17
    /// Execution gas a blob is worth at least (EIP-7918).
    public static let baseCost: UInt64 = 1 << 13

    public init(target: UInt32, max: UInt32, updateFraction: UInt64) {
        self.target = target
        self.max = max
        self.updateFraction = updateFraction
    }

    /// Cancun's (EIP-4844).
    public static let cancun = BlobParameters(target: 3, max: 6, updateFraction: 3_338_477)
    /// Prague's and Osaka's (EIP-7691).
    public static let prague = BlobParameters(target: 6, max: 9, updateFraction: 5_007_716)
    /// Mainnet's first blob parameter fork.
    public static let bpo1 = BlobParameters(target: 10, max: 15, updateFraction: 8_346_193)
    /// Mainnet's second blob parameter fork.
    public static let bpo2 = BlobParameters(target: 14, max: 21, updateFraction: 11_684_671)

    /// Blob gas of a block at the target. Fits: 2^32 x 2^17.
    public var targetGas: UInt64 { UInt64(target) * Self.gasPerBlob }
    /// Most blob gas of a block.
    public var maxGas: UInt64 { UInt64(max) * Self.gasPerBlob }

    /// Wei a blob gas at this excess, at least 1; 2^256 - 1 where it would be more.
    public func baseFee(excessBlobGas: UInt64) -> U256 {
        FakeExponential.value(factor: 1, numerator: excessBlobGas, denominator: updateFraction)
    }

    /// The excess of a block whose parent had `parentExcess`, used `parentUsed` and had `parentBaseFee`; nil when it
    /// passes 2^64 - 1. These are the block's parameters, not its parent's.
    ///
    /// With `hasReservePrice` (Osaka on, EIP-7918) the excess does not fall while blobs are cheaper than the execution
    /// gas they are worth.
    public func excessBlobGas(
        parentExcess: UInt64, parentUsed: UInt64, parentBaseFee: U256, hasReservePrice: Bool
    ) -> UInt64? {
        let (whole, overflow) = parentExcess.addingReportingOverflow(parentUsed)
        if overflow { return nil }
        if whole < targetGas { return 0 }
        if hasReservePrice {
            let floor = parentBaseFee.multipliedFullWidth(by: U256(Self.baseCost))
            let price = baseFee(excessBlobGas: parentExcess).multipliedFullWidth(by: U256(Self.gasPerBlob))
            if floor.high != price.high ? floor.high > price.high : floor.low > price.low {
                // `max` is 0 only when nothing was used; `target` above `max` would be a nonsense schedule.
                guard max > 0, target <= max else { return parentExcess }
                let scaled = parentUsed.multipliedFullWidth(by: UInt64(max - target))
                guard scaled.high < UInt64(max) else { return nil }
                let (quotient, _) = UInt64(max).dividingFullWidth(scaled)
                let (sum, over) = parentExcess.addingReportingOverflow(quotient)
                return over ? nil : sum
            }
        }
        return whole - targetGas
    }
}
