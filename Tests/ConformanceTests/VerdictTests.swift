import Conformance
import Testing

@Suite struct VerdictTests {
    @Test func verdictsCompare() { #expect(TestVerdict.passed != .failed("root")) }
}
