// PoolsTests: first file lands soon.
