public import EVMCodec
internal import EVMTypes

/// The rules of a header that need its parent's header and no execution.
///
/// Seals (proof of work, signatures of other chains' validators) are not checked. Source: Yellow Paper section 4.3.4;
/// EIP-1559, 3675, 4399, 4844, 4788, 4895, 7685, 7691, 7892, 7918.
public enum HeaderRules {
    /// Bytes of extra data at most.
    public static let extraDataMax = 32
    /// No gas limit is below this.
    public static let gasLimitMin: UInt64 = 5_000
    /// No gas limit is above this: 2^63 - 1.
    public static let gasLimitMax: UInt64 = 1 << 63 - 1
    /// The gas limit moves by less than the parent's divided by this.
    public static let gasLimitDivisor: UInt64 = 1_024
    /// Bytes of a block's RLP at most, from Osaka on (EIP-7934): 10 MiB less 2 MiB.
    public static let blockBytesMax = 8_388_608

    /// Checks `header` as the child of `parent`. Throws the first rule that it breaks, in the order: what names the
    /// parent, the fields that the fork has, gas, fees, blobs, seal fields.
    public static func validate(
        _ header: ConsensusHeader, parent: ConsensusHeader, schedule: ForkSchedule
    ) throws(HeaderProblem) {
        guard let fork = schedule.fork(number: header.number, timestamp: header.timestamp) else { throw .unknownFork }
        try expect(.parentHash, parent.hash.word, header.parentHash.word)
        let (number, overflow) = parent.number.addingReportingOverflow(1)
        if overflow { throw .overflow(.number) }
        try expect(.number, U256(number), U256(header.number))
        guard header.timestamp > parent.timestamp else {
            throw .notAfterParent(parent: parent.timestamp, got: header.timestamp)
        }
        guard header.extraData.count <= extraDataMax else { throw .extraDataTooLong(header.extraData.count) }
        try validateFields(header, fork)
        try validateGas(header, parent: parent, fork)
        if fork >= .cancun { try validateBlobs(header, parent: parent, fork, schedule) }
        try validateSeal(header, parent: parent, fork, schedule)
    }

    private static func expect(_ field: HeaderField, _ expected: U256?, _ got: U256?) throws(HeaderProblem) {
        if expected != got { throw .differs(field, expected: expected, got: got) }
    }

    /// A field stands in the header exactly when the fork has it. What a later rule checks by value is left to it,
    /// unless it is missing or too many.
    private static func validateFields(_ header: ConsensusHeader, _ fork: Hardfork) throws(HeaderProblem) {
        let present: [(HeaderField, U256?, Hardfork)] = [
            (.baseFeePerGas, header.baseFeePerGas, .london),
            (.withdrawalsRoot, header.withdrawalsRoot?.word, .shanghai),
            (.blobGasUsed, header.blobGasUsed.map { U256($0) }, .cancun),
            (.excessBlobGas, header.excessBlobGas.map { U256($0) }, .cancun),
            (.parentBeaconBlockRoot, header.parentBeaconBlockRoot?.word, .cancun),
            (.requestsHash, header.requestsHash?.word, .prague),
        ]
        for (field, value, first) in present where (value != nil) != (fork >= first) {
            throw .differs(field, expected: fork >= first ? .zero : nil, got: value)
        }
    }

    private static func validateGas(
        _ header: ConsensusHeader, parent: ConsensusHeader, _ fork: Hardfork
    ) throws(HeaderProblem) {
        // At the London transition the limit doubles, so that the target is what the limit was.
        let isFirst = fork >= .london && parent.baseFeePerGas == nil
        let (limit, overflow) = parent.gasLimit.multipliedReportingOverflow(by: isFirst ? BaseFee.elasticity : 1)
        if overflow { throw .overflow(.gasLimit) }
        let distance = header.gasLimit > limit ? header.gasLimit - limit : limit - header.gasLimit
        guard distance < limit / gasLimitDivisor, header.gasLimit >= gasLimitMin, header.gasLimit <= gasLimitMax else {
            throw .gasLimitOutOfBounds(parent: limit, got: header.gasLimit)
        }
        guard header.gasUsed <= header.gasLimit else {
            throw .gasUsedAboveLimit(limit: header.gasLimit, used: header.gasUsed)
        }
        if fork >= .london {
            let expected =
                if let fee = parent.baseFeePerGas {
                    BaseFee.next(
                        parentBaseFee: fee, parentGasLimit: parent.gasLimit, parentGasUsed: parent.gasUsed)
                } else { Optional(BaseFee.initial) }
            guard let expected else { throw .overflow(.baseFeePerGas) }
            try expect(.baseFeePerGas, expected, header.baseFeePerGas)
        }
    }

    private static func validateBlobs(
        _ header: ConsensusHeader, parent: ConsensusHeader, _ fork: Hardfork, _ schedule: ForkSchedule
    ) throws(HeaderProblem) {
        guard let blobs = schedule.blobs(timestamp: header.timestamp) else { throw .unknownFork }
        // The parent of the first block with blobs has neither field: both count as zero.
        let excess = blobs.excessBlobGas(
            parentExcess: parent.excessBlobGas ?? 0, parentUsed: parent.blobGasUsed ?? 0,
            parentBaseFee: parent.baseFeePerGas ?? .zero,
            hasReservePrice: fork >= .osaka && parent.excessBlobGas != nil)
        guard let excess else { throw .overflow(.excessBlobGas) }
        try expect(.excessBlobGas, U256(excess), header.excessBlobGas.map { U256($0) })
    }

    private static func validateSeal(
        _ header: ConsensusHeader, parent: ConsensusHeader, _ fork: Hardfork, _ schedule: ForkSchedule
    ) throws(HeaderProblem) {
        if fork >= .paris {
            try expect(.difficulty, .zero, header.difficulty)
            try expect(.nonce, .zero, U256(header.nonce))
            try expect(.ommersHash, ConsensusHeader.emptyOmmersHash.word, header.ommersHash.word)
            return
        }
        let expected = Difficulty.next(
            fork: fork, number: header.number, timestamp: header.timestamp, parentTimestamp: parent.timestamp,
            parentDifficulty: parent.difficulty,
            parentHasOmmers: parent.ommersHash != ConsensusHeader.emptyOmmersHash,
            bombDelay: schedule.bombDelay(number: header.number))
        guard let expected else { throw .overflow(.difficulty) }
        try expect(.difficulty, expected, header.difficulty)
    }
}
