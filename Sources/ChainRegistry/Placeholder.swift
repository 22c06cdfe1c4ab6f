// ChainRegistry: first file lands soon.
