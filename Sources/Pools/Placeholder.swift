// Pools: first file lands soon.
