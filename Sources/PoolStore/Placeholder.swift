// PoolStore: first file lands soon.
