import EVMCrypto
import EVMTypes

extension Precompile {
    /// Runs the contract on `input` and appends what it answers to `output`.
    ///
    /// False when the call fails, which takes all its gas; nothing is appended then. An invalid signature is no
    /// failure: it answers nothing (ecrecover, P256VERIFY). The caller has charged `gas(for:prices:)` before, which
    /// bounds the time and the memory. Never traps. With capacity left in `output` nothing is allocated, but by modexp
    /// and P256VERIFY inside the libraries that they use.
    public func run(
        _ input: Span<UInt8>, into output: inout [UInt8], prices: borrowing PrecompilePrices
    ) -> Bool {
        switch self {
        case .ecrecover:
            if let signer = Secp256k1.recover(precompileInput: input) { Self.append(signer.word, to: &output) }
            return true
        case .sha256:
            Self.append(SHA256.hash(input).word, to: &output)
            return true
        case .ripemd160:
            let digest = RIPEMD160.hash(input)
            Self.append(U256(bigEndian: digest.span), to: &output)
            return true
        case .identity:
            unsafe input.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
            return true
        case .modexp:
            var powers = ModularExponentiation()
            return ModexpHeader(input).run(input, into: &output, prices: prices, with: &powers)
        case .blake2f:
            return Self.appending(64, to: &output) { Blake2F.compress(input, into: &$0) }
        case .p256Verify:
            if P256.verify(precompileInput: input) { Self.append(1, to: &output) }
            return true
        case .bn254Add, .bn254Multiply, .bn254Pairing, .pointEvaluation, .blsG1Add, .blsG1MultiScalar, .blsG2Add,
            .blsG2MultiScalar, .blsPairing, .blsMapToG1, .blsMapToG2:
            guard input.count <= inputLimit(prices) else { return false }
            return CurvePrecompiles.run(self, input, into: &output)
        }
    }

    /// The longest input that the contract takes at `prices`, where a chain limits it.
    func inputLimit(_ prices: borrowing PrecompilePrices) -> Int {
        switch self {
        case .bn254Pairing: prices.bn254PairingInputLimit
        case .blsG1MultiScalar: prices.blsG1MultiScalarInputLimit
        case .blsG2MultiScalar: prices.blsG2MultiScalarInputLimit
        case .blsPairing: prices.blsPairingInputLimit
        default: .max
        }
    }

    /// Appends the word's 32 bytes, most significant first.
    static func append(_ word: U256, to output: inout [UInt8]) {
        let halves = (word.hi.bigEndian, word.lo.bigEndian)
        unsafe withUnsafeBytes(of: halves) { unsafe output.append(contentsOf: $0) }
    }

    /// Appends `count` bytes that `body` fills in, zero at first; takes them back when it answers false.
    static func appending(
        _ count: Int, to output: inout [UInt8], _ body: (inout MutableSpan<UInt8>) -> Bool
    ) -> Bool {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: count))
        let done = unsafe output.withUnsafeMutableBufferPointer { buffer in
            // The last `count` elements, appended above.
            let part = unsafe UnsafeMutableBufferPointer(rebasing: buffer[start...])
            var span = unsafe part.mutableSpan
            return body(&span)
        }
        if !done { output.removeLast(count) }
        return done
    }
}

extension ModexpHeader {
    /// Appends base^exponent mod modulus in the modulus' declared length.
    ///
    /// False when a length passes the chain's limit or `longestModulus`. Bytes past the end of the input are zeros, of
    /// which only those of the modulus are ever written out.
    func run(
        _ input: Span<UInt8>, into output: inout [UInt8], prices: borrowing PrecompilePrices,
        with powers: inout ModularExponentiation
    ) -> Bool {
        if let lengthLimit = prices.modexpLengthLimit {
            let limit = U256(lengthLimit)
            guard base <= limit, exponent <= limit, modulus <= limit else { return false }
        }
        guard modulus <= U256(Self.longestModulus) else { return false }
        let width = Int(modulus.w0)
        guard width > 0 else { return true }
        return Precompile.appending(width, to: &output) { result in
            // A modulus that starts past the end is zero, and so is the answer. Otherwise base and exponent lie inside.
            let end = input.count
            guard let base = base.asInt, let exponent = exponent.asInt, base < end &- 96, exponent < end &- 96 &- base
            else { return true }
            let exponentStart = 96 &+ base
            let modulusStart = exponentStart &+ exponent
            powers.power(
                base: input.extracting(96..<exponentStart), exponent: input.extracting(exponentStart..<modulusStart),
                modulus: input.extracting(modulusStart..<min(end, modulusStart &+ width)), into: &result)
            return true
        }
    }
}
