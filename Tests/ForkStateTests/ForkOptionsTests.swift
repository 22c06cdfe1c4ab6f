import ForkState
import Testing

@Suite struct ForkOptionsTests {
    @Test func answersAreTakenUnprovenByDefault() { #expect(!ForkOptions().verifies) }
}
