/// What one case of an official test came to.
public enum TestVerdict: Hashable, Sendable {
    case passed
    /// The first thing that differs, as one line for people.
    case failed(String)
}
