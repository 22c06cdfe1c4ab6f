// ChainRegistryTests: first file lands soon.
