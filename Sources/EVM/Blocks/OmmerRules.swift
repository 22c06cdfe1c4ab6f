public import EVMCodec
public import EVMTypes

/// What later blocks need to know of a block of the chain.
public struct Ancestor: Hashable, Sendable {
    /// Its header.
    public var header: ConsensusHeader
    /// The header's hash.
    public var hash: Hash32
    /// The hashes of the ommers it named.
    public var ommerHashes: [Hash32]

    public init(header: ConsensusHeader, ommerHashes: [Hash32] = []) {
        self.header = header
        self.hash = header.hash
        self.ommerHashes = ommerHashes
    }
}

/// Why a block's ommers are not valid. The number is the ommer's position, from 0.
public enum OmmerProblem: Error, Hashable, Sendable {
    /// More than two.
    case tooMany(Int)
    /// Ommers in a block from Paris on.
    case notAllowed
    /// The same ommer twice, or one that a block of the last seven generations named.
    case repeated(Int)
    /// The ommer is itself one of the chain's blocks.
    case isAncestor(Int)
    /// Its parent is not one of the blocks two to seven generations back, or its number does not follow the parent's.
    case notRelated(Int)
    /// Its header breaks a rule.
    case header(Int, HeaderProblem)
}

/// The rules for ommers (uncles). Source: Yellow Paper section 11.1.
public enum OmmerRules {
    /// How many blocks older than the block an ommer may be.
    public static let ageMax: UInt64 = 6

    /// Checks the ommers of `header`. `ancestors` are the chain's last blocks, oldest first, the parent last; eight are
    /// enough.
    public static func validate(
        _ ommers: [ConsensusHeader], of header: ConsensusHeader, ancestors: [Ancestor], schedule: ForkSchedule
    ) throws(OmmerProblem) {
        if ommers.isEmpty { return }
        guard let fork = schedule.fork(number: header.number, timestamp: header.timestamp), fork < .paris else {
            throw .notAllowed
        }
        guard ommers.count <= 2 else { throw .tooMany(ommers.count) }
        let recent = ancestors.suffix(Int(ageMax) + 1)
        var seen = Set(recent.flatMap(\.ommerHashes))
        for (index, ommer) in ommers.enumerated() {
            let hash = ommer.hash
            if recent.contains(where: { $0.hash == hash }) { throw .isAncestor(index) }
            guard seen.insert(hash).inserted else { throw .repeated(index) }
            guard ommer.parentHash != header.parentHash,
                let parent = recent.first(where: { $0.hash == ommer.parentHash }), ommer.number < header.number,
                header.number - ommer.number <= ageMax
            else { throw .notRelated(index) }
            do throws(HeaderProblem) {
                try HeaderRules.validate(ommer, parent: parent.header, schedule: schedule)
            } catch { throw .header(index, error) }
        }
    }
}
