// NodeClientTests: first file lands soon.
