// SearchCoreTests: first file lands soon.
