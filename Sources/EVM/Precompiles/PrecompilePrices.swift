/// How modular exponentiation is priced.
public enum ModexpPricing: UInt8, Hashable, Sendable {
    /// Byzantium: three ranges of a quadratic, divided by 20, no minimum. Source: EIP-198.
    case eip198
    /// Berlin: words of 8 bytes squared, divided by 3, at least 200. Source: EIP-2565.
    case eip2565
    /// Osaka: doubled above 32 bytes, undivided, at least 500. Source: EIP-7883.
    case eip7883
}

/// What the precompiled contracts of one fork cost, in gas, and the lengths that they accept, in bytes.
///
/// Plain numbers only, so that lending it costs nothing. The discount tables of the BLS12-381 multiplications are the
/// same on all chains and live in `BLSDiscounts`.
public struct PrecompilePrices: Hashable, Sendable {
    /// One recovery.
    public var ecrecover: Int64 = 3_000
    /// SHA-256: each call, and each started word of 32 bytes.
    public var sha256Base: Int64 = 60, sha256Word: Int64 = 12
    /// RIPEMD-160: each call, and each started word of 32 bytes.
    public var ripemd160Base: Int64 = 600, ripemd160Word: Int64 = 120
    /// Identity: each call, and each started word of 32 bytes.
    public var identityBase: Int64 = 15, identityWord: Int64 = 3
    /// The rule for modular exponentiation.
    public var modexp = ModexpPricing.eip198
    /// The longest base, exponent or modulus that modexp takes; longer ones fail. Nil: none is too long.
    /// Source: EIP-7823.
    public var modexpLengthLimit: UInt64?
    /// BN254: one addition, one multiplication. Source: EIP-196, EIP-1108.
    public var bn254Add: Int64 = 500, bn254Multiply: Int64 = 40_000
    /// BN254 pairing check: each call, and each pair of 192 bytes. Source: EIP-197, EIP-1108.
    public var bn254PairingBase: Int64 = 100_000, bn254PairingPair: Int64 = 80_000
    /// BLAKE2b's F: each round. Source: EIP-152.
    public var blake2fRound: Int64 = 1
    /// KZG point evaluation. Source: EIP-4844.
    public var pointEvaluation: Int64 = 50_000
    /// BLS12-381: one addition in G1, in G2. Source: EIP-2537.
    public var blsG1Add: Int64 = 375, blsG2Add: Int64 = 600
    /// BLS12-381: one multiplication before the discount of `BLSDiscounts`, in G1, in G2.
    public var blsG1Multiply: Int64 = 12_000, blsG2Multiply: Int64 = 22_500
    /// BLS12-381 pairing check: each call, and each pair of 384 bytes.
    public var blsPairingBase: Int64 = 37_700, blsPairingPair: Int64 = 32_600
    /// BLS12-381: mapping a field element to G1, to G2.
    public var blsMapToG1: Int64 = 5_500, blsMapToG2: Int64 = 23_800
    /// One P-256 verification. Source: EIP-7951 (6,900), RIP-7212 (3,450).
    public var p256Verify: Int64 = 6_900

    /// The longest inputs that the contracts of variable length take; longer ones fail. Only OP-stack chains set them.
    public var bn254PairingInputLimit = Int.max, blsG1MultiScalarInputLimit = Int.max
    /// As above.
    public var blsG2MultiScalarInputLimit = Int.max, blsPairingInputLimit = Int.max

    /// Byzantium's prices (Frontier's, as far as the contracts existed); later ones start from these.
    public init() {}
}

/// The discounts of EIP-2537 for multiplying k points in one call, in thousandths.
enum BLSDiscounts {
    /// For k pairs in G1: 1,000 for 1 pair down to 519 from 128 pairs on. `k` must be positive.
    static func g1(_ k: Int) -> Int64 { Int64(g1Table[min(k, 128) - 1]) }
    /// For k pairs in G2: 1,000 for 1 pair down to 524 from 128 pairs on. `k` must be positive.
    static func g2(_ k: Int) -> Int64 { Int64(g2Table[min(k, 128) - 1]) }

    private static let g1Table: InlineArray<128, UInt16> = [
        1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677, 673, 669, 665, 661,
        658, 654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627, 625, 623, 621, 619, 617, 615, 613, 611,
        609, 608, 606, 604, 603, 601, 599, 598, 596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581,
        580, 579, 577, 576, 575, 574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559,
        558, 557, 556, 555, 554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545, 544, 543, 542, 541, 540,
        540, 539, 538, 537, 536, 536, 535, 534, 533, 532, 532, 531, 530, 529, 528, 528, 527, 526, 525, 525,
        524, 523, 522, 522, 521, 520, 520, 519,
    ]
    private static let g2Table: InlineArray<128, UInt16> = [
        1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717, 711, 704, 699, 693,
        688, 683, 679, 674, 670, 666, 663, 659, 655, 652, 649, 646, 643, 640, 637, 634, 632, 629, 627, 624,
        622, 620, 618, 615, 613, 611, 609, 607, 606, 604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587,
        586, 584, 583, 582, 580, 579, 578, 576, 575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562,
        561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 552, 551, 550, 549, 548, 547, 546, 545, 545, 544,
        543, 542, 541, 541, 540, 539, 538, 537, 537, 536, 535, 535, 534, 533, 532, 532, 531, 530, 530, 529,
        528, 528, 527, 526, 526, 525, 524, 524,
    ]
}
