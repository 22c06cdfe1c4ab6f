// PoolStoreTests: first file lands soon.
