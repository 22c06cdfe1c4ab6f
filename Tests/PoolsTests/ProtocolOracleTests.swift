import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import Pools

/// Unit answers of another implementation (degenbot, MIT), one line or object an operation.
@Suite struct ProtocolOracleTests {
    private func text(_ name: String) throws -> String? {
        try SharedData.data("data/degenbot/math/" + name).map { String(decoding: $0, as: UTF8.self) }
    }

    private func wide(_ text: some StringProtocol) throws -> U256 { try #require(U256(decimal: text)) }

    @Test func solidlyOperationsEqualTheOthers() throws {
        guard let file = try text("oracle_solidly_snapshot.txt.gz") else { return }
        let operations = try #require(try JSON.parse(file).object)
        var counts: [String: Int] = [:]
        for (name, rows) in zip(operations.keys, operations.values) {
            for row in try #require(rows.array) {
                let arguments = try #require(row["args"]?.array).map { try wide($0.string ?? "") }
                let expected = try wide(row["result"]?.string ?? "")
                #expect(try solidly(name, arguments) == expected, "\(name) \(row.text)")
                counts[name, default: 0] += 1
            }
        }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("solidly \(name): \(count) rows") }
        let all = counts.values.reduce(0, +)
        #expect(all == 441)
    }

    private func solidly(_ name: String, _ a: [U256]) throws -> U256 {
        let isCamelot = name.hasSuffix("camelot")
        let curve: SolidlyPool.Curve = isCamelot ? .stableByCubes : .stableByProduct
        let newton: SolidlyPool.Newton = isCamelot ? .smallStep : .leastSufficient
        switch name {
        case "calc_d": return try SolidlyMath.slope(a[0], a[1])
        case "calc_f": return try SolidlyMath.byProduct(a[0], a[1])
        case "f_camelot": return try SolidlyMath.byCubes(a[0], a[1])
        case "calc_k", "k_camelot": return try SolidlyMath.byProduct(a[0] * .wad / a[2], a[1] * .wad / a[3])
        case "get_y_solidly", "get_y_camelot":
            return try SolidlyMath.solve(
                a[0], k: a[1], y: a[2], curve: curve, newton: newton, scaleX: .wad, scaleY: .wad)
        case "calc_exact_in_volatile":
            let pool = SolidlyPool(
                reserve0: a[2].lo, reserve1: a[3].lo, fee0: UInt32(a[4].lo), fee1: UInt32(a[4].lo),
                feeDenominator: UInt32(a[5].lo), decimals0: 18, decimals1: 18, curve: .volatile)
            do throws(QuoteError) {
                return U256(try pool.quote(exactIn: a[0].lo, zeroForOne: a[1].isZero))
            } catch {
                return error == .zeroAmount ? .zero : .max
            }
        default:
            let zeroForOne = a[1].isZero
            let (from, to) = zeroForOne ? (a[2], a[3]) : (a[3], a[2])
            let (scaleIn, scaleOut) = zeroForOne ? (a[4], a[5]) : (a[5], a[4])
            return try SolidlyMath.stableOut(
                a[0] - a[0] * a[6] / a[7], from: from, to: to, scaleIn: scaleIn, scaleOut: scaleOut,
                isZeroForOne: zeroForOne, curve: curve, newton: newton)
        }
    }

    @Test func balancerOperationsEqualTheOthers() throws {
        guard let file = try text("oracle_balancer_snapshot.txt.gz") else { return }
        var counts: [String: Int] = [:]
        var left = 0, unchecked = 0
        for line in file.split(separator: "\n") where line.contains(" = ") {
            let sides = line.components(separatedBy: " = ")
            let words = sides[0].split(separator: " ").map(String.init)
            guard let answer = try balancer(words) else {
                left += 1
                continue
            }
            if words[0] == "fp_mul_down", answer == "ERROR" {
                // The other implementation does not check this product; the contract reverts, as ours.
                unchecked += 1
                continue
            }
            #expect(answer == (sides[1].hasPrefix("ERROR") ? "ERROR" : sides[1]), "\(line)")
            counts[words[0], default: 0] += 1
        }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("balancer \(name): \(count) rows") }
        print("balancer: \(left) rows that no quote can ask for")
        let all = counts.values.reduce(left + unchecked, +)
        #expect(all == 266 && unchecked == 1)
    }

    /// The answer as text; nil for an operation that is not among ours.
    private func balancer(_ words: [String]) throws -> String? {
        let name = words[0]
        if name.hasPrefix("sm_") { return try stable(words) }
        if name.hasPrefix("lm_"), name != "lm_pow" {
            let x = try #require(I256(decimal: words[1]))
            switch name {
            case "lm_exp": return try LogExpMath.exp(x).description
            case "lm_ln": return try LogExpMath.ln(x).description
            default: return try LogExpMath.log(x, base: try #require(I256(decimal: words[2]))).description
            }
        }
        let pow: BalancerFixedPoint.PowVersion = words.last == "V1" ? .v1 : .v2
        let a = words.dropFirst().compactMap { U256(decimal: $0) }
        // Some arguments are outside 256 bits; no contract can be asked that.
        guard a.count == words.count - 1 - (words.last?.hasPrefix("V") == true ? 1 : 0) else { return nil }
        do throws(QuoteError) {
            switch name {
            case "fp_sub": return try a[0].minus(a[1]).description
            case "fp_add": return try a[0].plus(a[1]).description
            case "fp_mul_down": return try BalancerFixedPoint.mulDown(a[0], a[1]).description
            case "fp_mul_up": return try BalancerFixedPoint.mulUp(a[0], a[1]).description
            case "fp_div_down": return try BalancerFixedPoint.divDown(a[0], a[1]).description
            case "fp_div_up": return try BalancerFixedPoint.divUp(a[0], a[1]).description
            case "fp_complement": return BalancerFixedPoint.complement(a[0]).description
            case "fp_pow_up": return try BalancerFixedPoint.powUp(a[0], a[1], pow).description
            case "fp_pow_down": return try BalancerFixedPoint.powDown(a[0], a[1], pow).description
            case "lm_pow": return try LogExpMath.pow(a[0], a[1]).description
            case "wm_out_given_in":
                return try BalancerMath.weightedOut(
                    balanceIn: a[0], weightIn: a[1], balanceOut: a[2], weightOut: a[3], amountIn: a[4], pow: pow
                ).description
            case "wm_in_given_out":
                return try BalancerMath.weightedIn(
                    balanceIn: a[0], weightIn: a[1], balanceOut: a[2], weightOut: a[3], amountOut: a[4], pow: pow
                ).description
            case "wm_sub_fee": return try a[0].minus(BalancerFixedPoint.mulUp(a[0], a[1])).description
            case "wm_add_fee":
                return try BalancerFixedPoint.divUp(a[0], BalancerFixedPoint.complement(a[1])).description
            default: return nil
            }
        } catch {
            return "ERROR"
        }
    }

    private func stable(_ words: [String]) throws -> String? {
        let amp = try #require(UInt64(words[1]))
        let list = try words[2].dropFirst().dropLast().split(separator: ",").map { try wide($0) }
        var amounts = ScaledAmounts(count: list.count)
        for (index, value) in list.enumerated() { amounts[index] = value }
        func math(_ version: BalancerStablePool.Version) -> BalancerStableMath {
            BalancerStableMath(count: list.count, amplification: amp, version: version)
        }
        switch words[0] {
        case "sm_invariant_d_p": return try math(.composable).invariant(amounts).description
        case "sm_invariant_p_d_up": return try math(.metaStable).invariant(amounts).description
        case "sm_out_given_in", "sm_in_given_out":
            let i = try #require(Int(words[3])), j = try #require(Int(words[4]))
            let amount = try wide(words[5]), d = try wide(words[6])
            return words[0] == "sm_out_given_in"
                ? try math(.composable).out(amount, from: i, to: j, amounts, invariant: d).description
                : try math(.composable).input(amount, from: i, to: j, amounts, invariant: d).description
        default: return nil
        }
    }
}
